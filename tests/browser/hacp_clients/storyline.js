// Storyline: a queue of asynchronous requests, and the last messages as parallel beacons of a page that closes.
"use strict";

const VERSION = "3.5";
const queue = [];
let isBusy = false;
let lastData = null;
let exit = null;

const body = (command, data) => messageBody(VERSION, command, data, encode);
const put = (state) => body("PUTPARAM", lessonData(state, state.score));

function enqueue(text) {
  return new Promise((resolve) => {
    queue.push({ text, resolve });
    sendNext();
  });
}

// One at a time, and nothing is done about a failure: the queue would stand still.
function sendNext() {
  if (isBusy || queue.length === 0) return;
  isBusy = true;
  const { text, resolve } = queue.shift();
  const request = new XMLHttpRequest();
  request.open("POST", launch.aicc_url, true);
  request.setRequestHeader("Content-Type", FORM);
  request.onload = () => {
    isBusy = false;
    resolve(request.responseText);
    sendNext();
  };
  request.send(text);
}

const course = {
  async begin() {
    return readLesson(await enqueue(body("GETPARAM", "")));
  },
  async put(state) {
    const data = put(state);
    if (data === lastData) return;
    lastData = data;
    await enqueue(data);
  },
  async answer(answers) {
    await enqueue(body("PUTINTERACTIONS", answersData(answers)));
  },
  // What is said as the page goes away; `order` names the beacons: s a stale PutParam, p the last, x ExitAU.
  async leave(state, order = "px", stale = null) {
    const texts = { p: put(state), s: stale && put(stale), x: body("EXITAU", "") };
    exit = [...order].map((each) => texts[each]);
  },
};

// The client sends Blobs as beacons. Chromium reads a Blob while it sends, and now and then loses one whose page
// is gone by then; a text goes with the request, which is the same on the wire.
addEventListener("pagehide", () => {
  for (const text of exit || []) {
    fetch(launch.aicc_url, {
      method: "POST",
      mode: "no-cors",
      credentials: "include",
      keepalive: true,
      headers: { "Content-Type": FORM },
      body: text,
    });
  }
});
