// What Rustici's driver and Storyline, which grew from it, write and read.
"use strict";

const LETTERS = { "not attempted": "N", incomplete: "I", passed: "P", completed: "C", failed: "F" };
const TYPES = { choice: "C", "fill-in": "F" };
const RESULTS = { correct: "C", wrong: "W" };
const COLUMNS = [
  "course_id", "student_id", "lesson_id", "date", "time", "interaction_id", "objective_id",
  "type_interaction", "correct_response", "student_response", "result", "weighting", "latency",
];
const FORM = "application/x-www-form-urlencoded";

// Some LMSs put a second "?" into the address.
const launch = {};
for (const pair of location.search.slice(1).split(/[?&]/)) {
  const at = pair.indexOf("=");
  launch[pair.slice(0, at).toLowerCase()] = unescape(pair.slice(at + 1));
}
if (!/^https?:/i.test(launch.aicc_url)) launch.aicc_url = "http://" + launch.aicc_url;

// A plus sign of the data cannot be told from a space afterwards.
const encode = (value) => escape(value).replace(/%20/g, "+");

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = String(Math.floor(seconds / 3600)).padStart(4, "0");
  return `${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function messageBody(version, command, data, encodeField) {
  const fields = { session_id: launch.aicc_sid, version, command, aicc_data: data };
  return Object.entries(fields).map(([name, value]) => `${name}=${encodeField(value)}`).join("&");
}

function lessonData(state, score) {
  return [
    "[Core]", `Lesson_Location=${state.location}`, `Lesson_Status=${LETTERS[state.status]}`,
    `Score=${score}`, `Time=${clock(state.seconds)}`, "[Comments]", "", "[Objectives_Status]", "",
    "[Student_Preferences]", "Audio=0", "Language=", "Speed=0", "Text=0", "[Core_Lesson]", state.suspend,
  ].join("\r\n");
}

function answersData(answers) {
  const quoted = (values) => values.map((value) => `"${value.replace(/"/g, "")}"`).join(",") + "\r\n";
  const rows = answers.map((each) => quoted([
    "", "0000", "1", "2026/11/22", "03:22:43", each.name, "", TYPES[each.type], each.right, each.given,
    RESULTS[each.result], "1", clock(each.seconds),
  ]));
  return quoted(COLUMNS) + rows.join("");
}

// The first occurrence of a keyword counts, whatever its group.
function keyword(reply, name) {
  const found = new RegExp(`^\\s*${name}\\s*=(.*)$`, "im").exec(reply);
  return found ? found[1].trim() : "";
}

function errorOf(reply) {
  const found = /^error\s*=\s*(\d+)/im.exec(reply);
  return found ? Number(found[1]) : -1;
}

function readLesson(raw) {
  const reply = unescape(raw);
  if (errorOf(reply) !== 0) throw new Error("GetParam failed: " + reply);
  const [status, entry = ""] = keyword(reply, "lesson_status").split(",");
  if (entry.startsWith(" ")) throw new Error("error -9: the entry flag is lost");
  if (/^mastery_score=\s*$/im.test(reply)) throw new Error("error -6: mastery score");
  return {
    name: keyword(reply, "student_name"), location: keyword(reply, "lesson_location"), status, entry,
    score: keyword(reply, "score").split(",")[0], time: keyword(reply, "time"),
    suspend: freeText(reply, "core_lesson"),
  };
}

// A line that begins with a bracketed word ends the group, one that begins with ";" is dropped.
function freeText(reply, group) {
  const lines = reply.split("\r\n");
  const start = lines.findIndex((line) => line.toLowerCase() === `[${group}]`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^\[\w+\]/.test(line));
  return rest.slice(0, end < 0 ? rest.length : end).filter((line) => !line.startsWith(";")).join("\r\n");
}
