// @xapi/xapi, as its documentation uses it. Called with the endpoint, key and secret; throws where something is wrong.
"use strict";

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const XAPI = require("@xapi/xapi");

const [endpoint, key, secret, version] = process.argv.slice(2);
// Its other adapter, axios, loses the type of multipart requests under Node.js.
const xapi = new XAPI({ endpoint, auth: XAPI.toBasicAuth(key, secret), version, adapter: "fetch" });

const actor = { objectType: "Agent", name: "Ana", mbox: `mailto:${crypto.randomUUID()}@example.com` };
const activityId = `https://example.com/${crypto.randomUUID()}`;
const statement = (verb, more = {}) => ({
  actor,
  verb,
  object: { objectType: "Activity", id: activityId, definition: { name: { en: "Knots" } } },
  ...more,
});

async function statements() {
  const one = statement(XAPI.Verbs.INITIALIZED, { id: crypto.randomUUID() });
  assert.deepEqual((await xapi.sendStatement({ statement: one })).data, [one.id]);
  const more = [XAPI.Verbs.PROGRESSED, XAPI.Verbs.COMPLETED].map((verb) => statement(verb));
  const ids = (await xapi.sendStatements({ statements: more })).data;
  assert.equal(ids.length, 2);
  const found = (await xapi.getStatement({ statementId: one.id })).data;
  assert.deepEqual(found.object, one.object);
  assert.deepEqual(found.actor, actor);
  const listed = (await xapi.getStatements({ agent: actor, activity: activityId, limit: 2 })).data;
  assert.deepEqual(listed.statements.map((each) => each.id), [ids[1], ids[0]]);
  const rest = (await xapi.getMoreStatements({ more: listed.more })).data;
  assert.deepEqual(rest.statements.map((each) => each.id), [one.id]);
  assert.equal(rest.more, "");
  const since = (await xapi.getStatements({ agent: actor, since: found.stored, ascending: true, format: "ids" })).data;
  assert.deepEqual(since.statements.map((each) => each.id), ids);
  assert.deepEqual(since.statements[0].object, { id: activityId });
  const related = await xapi.getStatements({ activity: activityId, related_activities: true, related_agents: true });
  assert.equal(related.data.statements.length, 3);
}

async function voiding() {
  const [id, other] = (
    await xapi.sendStatements({ statements: [statement(XAPI.Verbs.INITIALIZED), statement(XAPI.Verbs.COMPLETED)] })
  ).data;
  await xapi.voidStatement({ actor, statementId: id });
  await assert.rejects(xapi.getStatement({ statementId: id }));
  assert.equal((await xapi.getVoidedStatement({ voidedStatementId: id })).data.id, id);
  await xapi.voidStatements({ actor, statementIds: [other] });
  assert.equal((await xapi.getVoidedStatement({ voidedStatementId: other })).data.id, other);
}

async function attachments() {
  // Of a text of several lines this client reads the last one only.
  const content = "Grüße \u0000";
  const buffer = new TextEncoder().encode(content).buffer;
  const sha2 = crypto.createHash("sha256").update(Buffer.from(buffer)).digest("hex");
  const described = {
    usageType: XAPI.AttachmentUsages.CERTIFICATE_OF_COMPLETION,
    display: { en: "Certificate" },
    contentType: "text/plain",
    length: buffer.byteLength,
    sha2,
  };
  const [id] = (
    await xapi.sendStatement({ statement: statement(XAPI.Verbs.PASSED, { attachments: [described] }), attachments: [buffer] })
  ).data;
  const [found, data] = (await xapi.getStatement({ statementId: id, attachments: true })).data;
  assert.equal(found.id, id);
  assert.deepEqual(found.attachments, [described]);
  assert.equal(data, content);
  const [list, first] = (await xapi.getStatements({ agent: actor, verb: XAPI.Verbs.PASSED.id, attachments: true })).data;
  assert.deepEqual(list.statements.map((each) => each.id), [id]);
  assert.equal(first, content);
}

async function documents(kind) {
  const where = {
    State: { agent: actor, activityId },
    ActivityProfile: { activityId },
    AgentProfile: { agent: actor },
  }[kind];
  const idName = kind === "State" ? "stateId" : "profileId";
  const bodyName = kind === "State" ? "state" : "profile";
  const named = { ...where, [idName]: `x ${crypto.randomUUID()}` };
  const plural = `get${kind}s`;
  await xapi[`create${kind}`]({ ...named, [bodyName]: { car: "Honda" } });
  await xapi[`create${kind}`]({ ...named, [bodyName]: { type: "Civic" } });
  const found = await xapi[`get${kind}`](named);
  assert.deepEqual(found.data, { car: "Honda", type: "Civic" });
  const etag = found.headers.etag;
  await xapi[`set${kind}`]({ ...named, [bodyName]: { a: 1 }, etag, matchHeader: "If-Match" });
  await assert.rejects(xapi[`set${kind}`]({ ...named, [bodyName]: { a: 2 }, etag, matchHeader: "If-Match" }));
  await assert.rejects(xapi[`set${kind}`]({ ...named, [bodyName]: { a: 2 }, etag: "*", matchHeader: "If-None-Match" }));
  assert.deepEqual((await xapi[`get${kind}`](named)).data, { a: 1 });
  assert.deepEqual((await xapi[plural](where)).data, [named[idName]]);
  await xapi[`delete${kind}`](named);
  assert.deepEqual((await xapi[plural](where)).data, []);
  if (kind === "State") {
    await xapi.createState({ ...named, state: {} });
    await xapi.deleteStates(where);
    assert.deepEqual((await xapi.getStates(where)).data, []);
  }
}

async function lookups() {
  assert.ok((await xapi.getAbout()).data.version.includes(version));
  assert.deepEqual((await xapi.getActivity({ activityId })).data.definition, { name: { en: "Knots" } });
  const person = (await xapi.getAgent({ agent: actor })).data;
  assert.deepEqual([person.objectType, person.mbox, person.name], ["Person", [actor.mbox], ["Ana"]]);
}

(async () => {
  await statements();
  await voiding();
  await attachments();
  for (const kind of ["State", "ActivityProfile", "AgentProfile"]) await documents(kind);
  await lookups();
  console.log("all good");
})().catch((error) => {
  console.error(error.stack.split("\n").slice(0, 8).join("\n"), error.response?.data);
  process.exit(1);
});
