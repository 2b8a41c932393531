// A client of CourseLab's kind: the whole query is unescaped before it is split; `error=0` is looked for anywhere.
"use strict";

const launch = {};
for (const pair of unescape(location.search.slice(1)).split("&")) {
  const [name, value] = pair.split("=");
  launch[name.toLowerCase()] = value;
}

function send(command, data) {
  const fields = { command, version: "2.0", session_id: launch.aicc_sid, AICC_Data: data };
  const request = new XMLHttpRequest();
  request.open("POST", launch.aicc_url, false);
  request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
  const body = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  request.send(body.join("&"));
  const reply = request.responseText;
  if (request.status !== 200 || !reply.toLowerCase().includes("error=0")) throw new Error(reply);
  return unescape(reply);
}

function value(group, name) {
  const line = group.split("\r\n").find((each) => each.toLowerCase().startsWith(`${name}=`));
  return line ? line.slice(name.length + 1) : "";
}

function clock(seconds) {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((number) => String(number).padStart(2, "0")).join(":");
}

const course = {
  async begin() {
    const reply = send("GetParam", "");
    const groups = /\[core\]\r\n([^]*?)\[core_lesson\]\r\n([^]*?)\[core_vendor\]/i.exec(reply);
    if (!groups) throw new Error("both groups are wanted: " + reply);
    const [status, entry = ""] = value(groups[1], "lesson_status").split(",");
    return {
      name: value(groups[1], "student_name"), location: value(groups[1], "lesson_location"), status, entry,
      score: value(groups[1], "score"), time: value(groups[1], "time"), suspend: groups[2].replace(/\r\n$/, ""),
    };
  },
  async put(state) {
    const lines = [
      "[core]", `lesson_location=${state.location}`, `lesson_status=${state.status}`, `score=${state.score},100,0`,
      `time=${clock(state.seconds)}`, "[student_preference]", "audio=50", "[core_lesson]", state.suspend, "",
    ];
    send("PutParam", lines.join("\r\n"));
  },
  async leave(state) {
    await course.put(state);
    send("ExitAU", "");
  },
};
