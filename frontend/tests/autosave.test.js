import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Autosave } from "../src/lib/autosave.js";

const taken = (version, more = {}) => ({ ok: true, status: 200, json: async () => ({ saved: true, address: "/compose/7/", version, words: "Saved as a draft 10:31", whole: true, ...more }) });
const refused = (status, message) => ({ ok: false, status, json: async () => ({ message }) });

function page(...answers) {
  const sent = [];
  const events = [];
  const state = { text: "" };
  const form = { dataset: {}, elements: { version: { value: "1" } }, dispatchEvent: ({ type }) => events.push(type) };
  const line = { dataset: { autosave: "/compose/_draft/" }, textContent: "" };
  const send = async (address, { body }) => {
    sent.push([address, body]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const read = () => new URLSearchParams({ text: state.text, version: form.elements.version.value }).toString();
  const autosave = new Autosave(form, line, { send, read });
  autosave.later = () => undefined;
  return { autosave, sent, events, state, form, line };
}

describe("the draft that is saved by itself", () => {
  beforeEach(() => {
    globalThis.document = { body: { dataset: {} }, querySelector: () => null };
    globalThis.location = { pathname: "/compose/", href: "http://x/compose/" };
    globalThis.history = { state: null, replaceState: (_state, _title, address) => (globalThis.location.pathname = address) };
  });

  it("is saved once, takes its own address and its next version", async () => {
    const { autosave, sent, events, state, form, line } = page(taken(1), taken(2));
    await autosave.save();
    assert.equal(sent.length, 0, "nothing was written");
    state.text = "Five";
    await autosave.save();
    await autosave.save();
    assert.equal(sent.length, 1, "nothing more was written");
    assert.equal(globalThis.location.pathname, "/compose/7/");
    assert.equal(line.textContent, "Saved as a draft 10:31");
    assert.deepEqual(events, ["kept:taken"]);
    state.text = "Five herbs";
    await autosave.save();
    assert.deepEqual(sent[1], ["/compose/7/_draft/", "text=Five+herbs&version=1"]);
    assert.equal(form.elements.version.value, 2);
  });

  it("is repeated as it was when no answer came", async () => {
    const { autosave, sent, events, state, line } = page(new TypeError("offline"), taken(1), taken(2));
    state.text = "Five";
    await autosave.save();
    assert.match(line.textContent, /could not be reached/);
    assert.deepEqual(events, [], "the browser's copy stays");
    state.text = "Five herbs";
    await autosave.save();
    assert.equal(sent[1][1], sent[0][1]);
    assert.deepEqual(events, ["kept:taken", "kept:again"], "what was written since is kept");
    await autosave.save();
    assert.match(sent[2][1], /herbs/);
  });

  it("stops at a conflict and says how to see both texts", async () => {
    const { autosave, sent, state, line } = page(refused(409, "Somebody else changed this post in the meantime."));
    state.text = "Mine";
    await autosave.save();
    state.text = "Mine and more";
    await autosave.save();
    assert.equal(sent.length, 1);
    assert.match(line.textContent, /Somebody else changed this post in the meantime\. Press “Save draft” to see both/);
  });

  it("leaves a chosen time to the browser's copy", async () => {
    const { autosave, events, state, line } = page(taken(1, { whole: false }));
    state.text = "Five";
    await autosave.save();
    assert.deepEqual(events, ["kept:taken", "kept:again"]);
    assert.match(line.textContent, /without its time/);
  });

  it("lets a press wait for the save that is under way", async () => {
    const { autosave, state, form } = page(taken(1));
    const pressed = [];
    form.requestSubmit = (submitter) => pressed.push(submitter);
    state.text = "Five";
    const saving = autosave.save();
    let stopped = 0;
    autosave.press({ submitter: "publish", preventDefault: () => (stopped += 1), stopImmediatePropagation: () => undefined });
    assert.deepEqual([stopped, pressed.length], [1, 0]);
    await saving;
    await new Promise(setImmediate);
    assert.deepEqual(pressed, ["publish"]);
  });
});
