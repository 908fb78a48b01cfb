import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";
import { findLinks } from "../src/lib/links.js";

const { cases } = JSON.parse(fs.readFileSync(new URL("../../tests/vectors/links.json", import.meta.url), "utf8"));

describe("links", () => {
  for (const { name, text, links } of cases) {
    it(name, () => assert.deepEqual(findLinks(text).map(({ start, end }) => text.slice(start, end)), links));
  }

  it("takes no longer for a text made to be slow", () => {
    const started = performance.now();
    for (const part of ["a.", "あ.", "a.com", "(a", "-.a"]) findLinks(`http://a.com/${part.repeat(12_000)}`);
    assert.ok(performance.now() - started < 4000);
  });
});
