import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Unasked, newsOf } from "../src/lib/late_news.js";

const fragment = (id, trigger) => ({ id, getAttribute: () => trigger });

describe("news that comes while a fragment is fetched", () => {
  it("reads what a fragment listens to", () => {
    const trigger = "ws:video:1 from:body delay:150ms,\n  upload:done from:body delay:400ms, load delay:2s, poll:tick from:body throttle:2s";
    assert.deepEqual(newsOf(trigger), ["ws:video:1", "upload:done"]);
    assert.deepEqual(newsOf("change, input delay:300ms from:#q"), []);
    assert.deepEqual(newsOf(null), []);
  });

  it("is owed by the element that takes the place, until that one asks", () => {
    const unasked = new Unasked();
    const list = fragment("list", "upload:done from:body delay:400ms");
    const card = fragment("card", "ws:video:1 from:body");
    unasked.heard({ type: "upload:done", number: 1 }, [list, card]);
    unasked.asked("list");
    unasked.heard({ type: "upload:done", number: 2 }, [list, card]);
    assert.equal(unasked.owedBy(fragment("list", "upload:done from:body delay:400ms")).number, 2);
    assert.equal(unasked.owedBy(card), undefined);
    unasked.asked("list");
    assert.equal(unasked.owedBy(list), undefined);
  });

  it("is not owed by an element that listens no more", () => {
    const unasked = new Unasked();
    unasked.heard({ type: "ws:video:1" }, [fragment("card", "ws:video:1 from:body")]);
    assert.equal(unasked.owedBy(fragment("card", "")), undefined);
    assert.equal(unasked.events.size, 0);
  });
});
