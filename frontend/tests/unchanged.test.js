import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Sent, comparable, isNews } from "../src/lib/unchanged.js";

const asIs = (html) => html;
const form = (token, word) => `<div id="a">\n  <input type="hidden" name="csrfmiddlewaretoken" value="${token}">${word}</div>`;

describe("unchanged fragments", () => {
  it("compares without space and without the token of a form", () => {
    assert.equal(comparable(form("x", "1"), "a", asIs), comparable(form("y", "1").replace(/\n +/, " "), "a", asIs));
    assert.notEqual(comparable(form("x", "1"), "a", asIs), comparable(form("x", "2"), "a", asIs));
  });

  it("knows what came last", () => {
    const sent = new Sent(asIs);
    assert.equal(sent.isSame("a", form("x", "1")), false);
    assert.equal(sent.isSame("a", form("y", "1")), true);
    assert.equal(sent.isSame("a", form("y", "2")), false);
    assert.equal(sent.isSame("a", form("y", "1")), false, "it went back: that is a change too");
  });

  it("forgets the fragments around what was replaced by itself", () => {
    const sent = new Sent(asIs);
    sent.keep("outer", "1");
    const outer = { id: "outer", parentElement: null, closest: () => outer };
    sent.forgetAround({ parentElement: outer });
    assert.equal(sent.isSame("outer", "1"), false);
    assert.doesNotThrow(() => sent.forgetAround(null));
  });

  it("tells a hint from a press", () => {
    assert.equal(isNews({ verb: "get", triggeringEvent: { type: "ws:video:1" } }), true);
    assert.equal(isNews({ verb: "get", triggeringEvent: { type: "poll:tick" } }), true);
    assert.equal(isNews({ verb: "get", triggeringEvent: { type: "click" } }), false);
    assert.equal(isNews({ verb: "post", triggeringEvent: { type: "ws:video:1" } }), false);
    assert.equal(isNews({ verb: "get" }), false);
  });
});
