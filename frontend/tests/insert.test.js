import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { signed, withHashtags } from "../src/lib/insert.js";

describe("what is inserted into a text", () => {
  it("adds the hashtags that are not there yet, whatever their case", () => {
    assert.equal(withHashtags("Hello #Herbs", "#herbs #basil #植物"), "Hello #Herbs\n\n#basil #植物");
    assert.equal(withHashtags("", "#herbs"), "#herbs");
    assert.equal(withHashtags("Hi\n#herbs", "#herbs"), "Hi\n#herbs");
  });
  it("puts a signature below, once", () => {
    assert.equal(signed("Hello ", "Yours,\nLumen"), "Hello\n\nYours,\nLumen");
    assert.equal(signed("Hello\n\nYours,\nLumen\n", "Yours,\nLumen"), "Hello\n\nYours,\nLumen\n");
    assert.equal(signed(" ", "Yours"), "Yours");
  });
});
