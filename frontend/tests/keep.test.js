import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { entriesOf, fieldsOf, fill } from "../src/lib/keep.js";

const field = (name, value, more = {}) => ({ name, value, type: "text", closest: () => null, ...more });
const form = (...elements) => ({ elements });
const sample = () =>
  form(
    field("text", "hello"),
    field("password", "secret", { type: "password" }),
    field("file", "C:\\x", { type: "file" }),
    field("csrfmiddlewaretoken", "t", { type: "hidden" }),
    field("_workspace", "w", { type: "hidden" }),
    field("version", "3", { type: "hidden" }),
    field("media", "a", { type: "checkbox", checked: true }),
    field("media", "b", { type: "checkbox", checked: false }),
    field("when", "now", { type: "radio", checked: false }),
    field("when", "later", { type: "radio", checked: true }),
    field("", "nameless"),
  );

describe("the kept copy of a form", () => {
  it("holds what is filled in and its version, never passwords, tokens or files", () => {
    assert.deepEqual(entriesOf(sample()), [["text", "hello"], ["version", "3"], ["media", "a"], ["when", "later"]]);
    assert.equal(fieldsOf(sample()).some(({ type }) => type === "password" || type === "file"), false);
  });

  it("fills the form in as it was, also what was not chosen", () => {
    const one = sample();
    assert.equal(fill(one, [["text", "typed"], ["version", "2"], ["media", "b"], ["when", "now"]]), true);
    assert.deepEqual(entriesOf(one), [["text", "typed"], ["version", "2"], ["media", "b"], ["when", "now"]]);
  });

  it("says when the form has no place for something", () => {
    assert.equal(fill(sample(), [["text", "x"], ["audio-9", "a row of before"]]), false);
  });
});
