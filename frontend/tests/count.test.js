import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";
import { count, level } from "../src/lib/count.js";

const { cases } = JSON.parse(fs.readFileSync(new URL("../../tests/vectors/counters.json", import.meta.url), "utf8"));

describe("counters", () => {
  for (const { name, text, ...expected } of cases) {
    it(name, () => {
      const found = Object.fromEntries(Object.keys(expected).map((unit) => [unit, count(text, unit)]));
      assert.deepEqual(found, expected);
    });
  }

  it("warns from 80 % and refuses past the limit", () => {
    assert.deepEqual([79, 80, 100, 101].map((length) => level(length, 100)), ["ok", "near", "near", "over"]);
    assert.equal(level(5000, 0), "ok");
  });
});
