// Rustici's SCORM Driver: synchronous requests; with ?transport=form its blind fallback into a hidden frame.
"use strict";

let version = "3.5";
let hasRange = false;
let hasLeft = false;

function sendRequest(command, data) {
  const request = new XMLHttpRequest();
  request.open("POST", launch.aicc_url, false);
  request.setRequestHeader("Content-Type", FORM);
  request.send(messageBody(version, command, data, encode));
  return request.responseText;
}

// JavaScript encodes each field and the browser encodes it again; the frame's reply cannot be read.
function sendForm(command, data) {
  const frame = document.createElement("iframe");
  frame.name = `frame${document.forms.length}`;
  document.body.appendChild(frame);
  const form = document.body.appendChild(document.createElement("form"));
  Object.assign(form, { method: "post", action: launch.aicc_url, target: frame.name });
  const fields = { session_id: launch.aicc_sid, version, command, aicc_data: data };
  for (const [name, value] of Object.entries(fields)) {
    const field = form.appendChild(document.createElement("input"));
    Object.assign(field, { type: "hidden", name, value: encode(value) });
  }
  return new Promise((resolve) => {
    frame.onload = () => resolve("");
    form.submit();
  });
}

const isBlind = launch.transport === "form";
const send = isBlind ? sendForm : sendRequest;

function scoreOf(state) {
  if (state.score === "") return "";
  return hasRange ? `${state.score},100,0` : String(parseInt(state.score, 10));
}

const course = {
  async begin() {
    const reply = await send("GETPARAM", "");
    if (isBlind) return { name: "", location: "", status: "", entry: "", score: "", time: "", suspend: "" };
    const number = parseFloat(keyword(reply, "version"));
    version = String(number);
    hasRange = number >= 3;
    return readLesson(reply);
  },
  async put(state) {
    await send("PUTPARAM", lessonData(state, scoreOf(state)));
  },
  async answer(answers) {
    const reply = await send("PUTINTERACTIONS", answersData(answers));
    if (!isBlind && errorOf(reply) !== 0) throw new Error("this client would send its answers again, cut short");
  },
  async leave(state) {
    await course.put(state);
    await send("EXITAU", "");
    hasLeft = true;
  },
};

// Browsers refuse a synchronous request from a page that goes away: this ExitAU is lost.
addEventListener("pagehide", () => {
  if (hasLeft || isBlind) return;
  try {
    sendRequest("EXITAU", "");
  } catch {
    // Nobody is left to be told.
  }
});
