"use strict";
// Everything here is a convenience: each page does its whole job without it.

// ---- Words ------------------------------------------------------------------------------------
// The page brings them in its language, as data-say-…; `english` stands for those it does not bring.
function say(name, english, values = {}) {
  const text = document.body.dataset["say" + name] || english;
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

// ---- Copy buttons -----------------------------------------------------------------------------
// navigator.clipboard is missing on plain http, so the fallback selects the text and says which key.
function wireCopyButtons(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    if (button.dataset.wired) continue;
    button.dataset.wired = "1";
    button.hidden = false;
    button.addEventListener("click", () => copyFrom(button));
  }
}

async function copyFrom(button) {
  const field = document.getElementById(button.dataset.copy);
  const note = document.getElementById(button.dataset.copy + "-note");
  field.focus();
  if (field.select) field.select();
  else window.getSelection().selectAllChildren(field);
  let isCopied = false;
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(field.value ?? field.textContent);
      isCopied = true;
    } catch {
      isCopied = false;
    }
  }
  if (!isCopied) {
    try {
      isCopied = document.execCommand("copy");
    } catch {
      isCopied = false;
    }
  }
  const key = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘C" : "Ctrl+C";
  note.textContent = isCopied
    ? say("Copied", "Copied.")
    : say("Selected", "The text is selected: press {key}.", { key });
}

// ---- Live parts -------------------------------------------------------------------------------
// Asks for a fragment with its ETag; 304 costs nothing and moves nothing under the reader.
function wireLivePart(part) {
  const status = document.getElementById(part.dataset.pollStatus);
  const pause = document.getElementById(part.dataset.pollPause);
  const wait = Number(part.dataset.pollSeconds || 3) * 1000;
  let etag = part.dataset.pollEtag || "";
  let isPaused = false;

  async function ask() {
    if (!isPaused && document.visibilityState === "visible") {
      try {
        const reply = await fetch(part.dataset.poll, {
          headers: { "If-None-Match": etag, "X-Requested-With": "fetch" },
          cache: "no-store",
          redirect: "error",
        });
        if (reply.status === 200) {
          etag = reply.headers.get("ETag") || "";
          const box = document.createElement("template");
          box.innerHTML = await reply.text();
          part.replaceChildren(box.content);
          const summary = part.querySelector("[data-summary]");
          if (status && summary) status.textContent = summary.dataset.summary;
          // What the news changes elsewhere on the page, such as the badge beside its title.
          for (const news of part.querySelectorAll("template[data-into]")) {
            document.getElementById(news.dataset.into)?.replaceChildren(news.content.cloneNode(true));
          }
        }
      } catch {
        // The server may be restarting: the next turn asks again.
      }
    }
    window.setTimeout(ask, wait);
  }

  if (pause) {
    pause.hidden = false;
    pause.addEventListener("click", () => {
      isPaused = !isPaused;
      pause.setAttribute("aria-pressed", String(isPaused));
      pause.textContent = isPaused
        ? say("Resume", "Resume live updates")
        : say("Pause", "Pause live updates");
      document.body.classList.toggle("live", !isPaused);
    });
  }
  document.body.classList.add("live");
  window.setTimeout(ask, wait);
}

// ---- Theme ------------------------------------------------------------------------------------
// The form alone would do; this spares the reload and then lets the server set the cookie.
function wireTheme(form) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.name !== "theme") return;
    event.preventDefault();
    document.documentElement.dataset.bsTheme = button.value;
    for (const other of document.querySelectorAll("form[data-theme] button[name=theme]")) {
      other.setAttribute("aria-pressed", String(other.value === button.value));
    }
    const data = new FormData(form);
    data.set("theme", button.value);
    fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => form.submit());
  });
}

// ---- Forms that take a while --------------------------------------------------------------------
// The button says what is going on and cannot be pressed twice.
function wireBusyForm(form) {
  const button = form.querySelector("button");
  const words = button.innerHTML;
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.textContent = form.dataset.busy;
    const status = form.querySelector("[role=status]");
    if (status) status.textContent = form.dataset.busy;
  });
  // Coming back by the browser's own button shows the page as it was left.
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    button.innerHTML = words;
  });
}

// ---- Uploads ------------------------------------------------------------------------------------
// fetch() tells nothing of how far an upload is; XMLHttpRequest does. The answer is the page to go on to.
function wireUpload(form) {
  const bar = form.querySelector("[data-upload-bar]");
  const progress = bar.querySelector("progress");
  const words = bar.querySelector("[role=status]");
  const button = form.querySelector(".form-end button");
  form.addEventListener("submit", (event) => {
    const files = [...form.querySelector("input[type=file]").files];
    if (!files.length) return; // The server says it in its own words.
    event.preventDefault();
    const request = new XMLHttpRequest();
    const end = (text) => {
      words.textContent = text;
      button.disabled = false;
      bar.querySelector("button").hidden = true;
    };
    request.upload.addEventListener("progress", (part) => {
      const percent = Math.floor((part.loaded / part.total) * 100);
      progress.value = percent;
      const megabytes = (bytes) => {
        const digits = bytes < 10485760 ? 1 : 0;
        const style = { minimumFractionDigits: digits, maximumFractionDigits: digits };
        return (bytes / 1048576).toLocaleString(document.documentElement.lang, style);
      };
      const values = { percent, done: megabytes(part.loaded), all: megabytes(part.total) };
      words.textContent =
        percent < 100
          ? say("Upload", "{percent} %, {done} of {all} MB", values)
          : say("Storing", "The file is here and being stored…");
    });
    request.addEventListener("load", () => {
      if (request.status < 300) location.assign(request.responseURL);
      else if (request.status === 413) end(say("TooLarge", "This is larger than 512 MB. Send less at once."));
      else {
        const status = request.status;
        end(say("NotTaken", "The server did not take it ({status}). Reload the page and try again.", { status }));
      }
    });
    request.addEventListener("error", () => end(say("Lost", "The connection was lost. Try again.")));
    request.addEventListener("abort", () => end(say("Cancelled", "Cancelled.")));
    bar.hidden = false;
    bar.querySelector("button").hidden = false;
    bar.querySelector("button").onclick = () => request.abort();
    button.disabled = true;
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("form[data-upload]").forEach(wireUpload);
  wireCopyButtons(document);
  document.querySelectorAll("[data-poll]").forEach(wireLivePart);
  document.querySelectorAll("form[data-theme]").forEach(wireTheme);
  document.querySelectorAll("form[data-busy]").forEach(wireBusyForm);
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
  // A page that answered a POST (a secret, shown once) takes on its own address: a reload shows it afresh.
  const address = document.querySelector("[data-address]");
  if (address && address.dataset.address !== location.pathname) {
    history.replaceState(null, "", address.dataset.address);
  }
  const zone = document.querySelector("select[data-zone]");
  if (zone && zone.value === "UTC" && location.pathname.startsWith("/setup")) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zone.options].some((option) => option.value === own)) zone.value = own;
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
});
