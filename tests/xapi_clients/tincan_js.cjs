// TinCanJS, which most published courses carry. Called with the endpoint, key and secret; throws where something is wrong.
"use strict";

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const TinCan = require("tincanjs");

const [endpoint, username, password] = process.argv.slice(2);
const lrs = new TinCan.LRS({ endpoint, username, password, allowFail: false });
const agent = new TinCan.Agent({ name: "Ana", mbox: `mailto:${crypto.randomUUID()}@example.com` });
const activity = new TinCan.Activity({ id: `https://example.com/${crypto.randomUUID()}` });

// Every call of this client ends with (error, result), or with an object that has both.
const call = (name, ...values) =>
  new Promise((resolve, reject) => {
    const options = values.length && values.at(-1)?.isOptions ? values.pop() : {};
    options.callback = (error, result) =>
      error === null ? resolve(result) : reject(new Error(`${name}: ${error?.responseText ?? error}`));
    lrs[name](...values, options);
  });
const options = (given) => Object.defineProperty(given, "isOptions", { value: true });
const statement = (verb, more = {}) =>
  new TinCan.Statement({ actor: agent, verb: { id: `https://example.com/verbs/${verb}` }, target: activity, ...more });

async function statements() {
  const one = statement("began");
  await call("saveStatement", one);
  await call("saveStatements", [statement("went-on"), statement("ended")]);
  const found = await call("retrieveStatement", one.id);
  assert.equal(found.verb.id, one.verb.id);
  const query = (params) =>
    new Promise((resolve, reject) => {
      lrs.queryStatements({ params, callback: (error, result) => (error === null ? resolve(result) : reject(error)) });
    });
  const page = await query({ agent, activity, limit: 2 });
  assert.equal(page.statements.length, 2);
  const rest = await new Promise((resolve, reject) => {
    lrs.moreStatements({ url: page.more, callback: (error, result) => (error === null ? resolve(result) : reject(error)) });
  });
  assert.deepEqual(rest.statements.map((each) => each.id), [one.id]);
  const voider = new TinCan.Statement({
    actor: agent,
    verb: { id: "http://adlnet.gov/expapi/verbs/voided" },
    target: { objectType: "StatementRef", id: one.id },
  });
  await call("saveStatement", voider);
  assert.equal((await call("retrieveVoidedStatement", one.id)).id, one.id);
  await assert.rejects(call("retrieveStatement", one.id));
}

async function attachments() {
  const content = new TextEncoder().encode("Grüße").buffer;
  const sent = statement("attached", {
    attachments: [
      new TinCan.Attachment({
        usageType: "https://example.com/usage",
        display: { en: "A note" },
        contentType: "text/plain",
        content,
      }),
    ],
  });
  await call("saveStatement", sent);
  const found = await call("retrieveStatement", sent.id, options({ params: { attachments: true } }));
  assert.equal(found.attachments[0].getContentAsString(), "Grüße");
}

async function documents() {
  const state = options({ agent, activity });
  await call("saveState", "x", { a: 1 }, options({ agent, activity, contentType: "application/json" }));
  const found = await call("retrieveState", "x", state);
  assert.deepEqual(found.contents, { a: 1 });
  assert.deepEqual(await call("retrieveStateIds", options({ agent, activity })), ["x"]);
  await call("dropState", "x", options({ agent, activity }));
  assert.equal(await call("retrieveState", "x", options({ agent, activity })), null);
  await call("saveActivityProfile", "x", "text", options({ activity, contentType: "text/plain" }));
  assert.equal((await call("retrieveActivityProfile", "x", options({ activity }))).contents, "text");
  await call("saveAgentProfile", "x", { b: 2 }, options({ agent, contentType: "application/json" }));
  const profile = await call("retrieveAgentProfile", "x", options({ agent }));
  assert.deepEqual(profile.contents, { b: 2 });
  await call("saveAgentProfile", "x", { b: 3 }, options({ agent, contentType: "application/json", lastSHA1: profile.etag }));
  await call("dropAgentProfile", "x", options({ agent }));
}

(async () => {
  assert.ok((await call("about")).version.includes("1.0.3"));
  await statements();
  await attachments();
  await documents();
  console.log("all good");
})().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
