// South River's adapter: asynchronous requests, lower case only, no time, and ExitAU as the page goes away.
"use strict";

const launch = {};
for (const pair of location.search.slice(1).split("&")) {
  // Only one more "=" is put back.
  const [name, value = "", more] = pair.split("=");
  launch[name.toLowerCase()] = decodeURIComponent(more === undefined ? value : `${value}=${more}`);
}

function send(command, data) {
  const fields = { command, version: "4.0", session_id: launch.aicc_sid };
  if (data !== undefined) fields.aicc_data = data;
  const request = new XMLHttpRequest();
  request.open("POST", launch.aicc_url, true);
  request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
  return new Promise((resolve) => {
    request.onreadystatechange = () => {
      if (request.readyState === 4 && request.status === 200) resolve(request.responseText);
    };
    const body = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    request.send(body.join("&"));
  });
}

function value(reply, name) {
  const start = reply.indexOf(`\n${name}=`);
  return start < 0 ? "" : reply.slice(start + name.length + 2).split("\r\n")[0];
}

const course = {
  async begin() {
    const reply = await send("GetParam");
    const [status, entry = ""] = value(reply, "lesson_status").split(",");
    const lesson = (reply.split("[core_lesson]")[1] || "").split("[core_vendor]")[0];
    return {
      name: value(reply, "student_name"), location: value(reply, "lesson_location"), status, entry,
      score: value(reply, "score"), time: "",
      suspend: lesson.replace(/^[\r\n]+|[\r\n]+$/g, "").replace(/^suspend_data=/, ""),
    };
  },
  async put(state) {
    const lines = [
      "", "[core]", `lesson_location=${state.location}`, `lesson_status=${state.status}`,
      `score=${state.score}`, "[core_lesson]", `suspend_data=${state.suspend}`, "",
    ];
    const reply = await send("PutParam", lines.join("\r\n"));
    if (!reply.includes("error=0\r\n")) throw new Error(reply);
  },
  async leave(state) {
    await course.put(state);
  },
};

// An ordinary request of a page that goes away: it often never leaves.
addEventListener("pagehide", () => send("ExitAU"));
