// Adapt with its AICC extension, ?build=old or ?build=new: synchronous requests, ExitParam as a FormData beacon.
"use strict";

const launch = {};
for (const pair of location.search.slice(1).split("&")) {
  const parts = pair.split("=");
  if (parts.length === 2) launch[parts[0].toLowerCase()] = decodeURIComponent(parts[1]);
}
const isOld = launch.build === "old";
const version = isOld ? "4.0" : "4.1";
let exit = null;

// A line with a second "=" is lost.
function pairs(text) {
  const found = {};
  for (const line of text.split("\r\n")) {
    const parts = line.split("=");
    if (parts.length === 2) found[parts[0].trim().toLowerCase()] = parts[1];
  }
  return found;
}

function clock(seconds) {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((number) => String(number).padStart(2, "0")).join(":");
}

function lessonData(state, exitWord) {
  const score = state.score === "" ? "" : parseInt(state.score, 10);
  return [
    "[core]", `lesson_location=${state.location}`, `lesson_status=${state.status},${exitWord}`, `score=${score}`,
    `time=${clock(state.seconds)}`, "[core_lesson]", `suspend_data=${state.suspend}`,
  ].join("\r\n");
}

// Any HTTP status but a good one is an exception, as is any text but "Successful".
function send(fields) {
  const request = new XMLHttpRequest();
  request.open("POST", launch.aicc_url, false);
  request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
  request.send(Object.entries(fields).map(([name, value]) => `${name}=${escape(value)}`).join("&"));
  if (request.status < 200 || request.status > 299) throw new Error("HTTP " + request.status);
  const reply = unescape(request.responseText);
  const head = pairs(reply);
  if (head.error !== "0" || !["successful", ""].includes(head.error_text.toLowerCase())) throw new Error(reply);
  return reply;
}

const fieldsOf = (command) => ({ command, version, session_id: launch.aicc_sid });

const course = {
  async begin() {
    const reply = send(fieldsOf("GetParam"));
    // The old build wants [core] on the line of aicc_data; both read nothing when no other group follows.
    const found = (isOld ? /aicc_data=\[core\]([^]*?)\r\n\[/i : /aicc_data=\s*\[core\]([^]*?)\r\n\[/i).exec(reply);
    const core = found ? pairs(found[1]) : {};
    const [status, entry = ""] = (core.lesson_status || "").split(",");
    return {
      name: core.student_name || "", location: core.lesson_location || "", status, entry,
      score: core.score || "", time: core.time || "", suspend: isOld ? pairs(reply).suspend_data || "" : "",
    };
  },
  async put(state) {
    send({ ...fieldsOf("PutParam"), AICC_Data: lessonData(state, "") });
  },
  async leave(state) {
    const exitWord = state.status === "incomplete" ? "suspend" : "logout";
    exit = { ...fieldsOf("ExitParam"), AICC_Data: lessonData(state, exitWord) };
  },
};

addEventListener("pagehide", () => {
  if (!exit) return;
  const data = new FormData();
  for (const [name, value] of Object.entries(exit)) data.append(name, value);
  navigator.sendBeacon(launch.aicc_url, data);
});
