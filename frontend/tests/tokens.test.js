// Recomputes the contrast that the tokens promise (WCAG 2.1: 4.5 for text, 3 for borders and marks).
import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";

const css = fs.readFileSync(new URL("../css/app.css", import.meta.url), "utf8");

function theme(name) {
  const block = css.split('@plugin "daisyui/theme"').find((part) => part.includes(`name: "${name}"`));
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, key, value]) => [key.replace(/^color-/, ""), value]));
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function ratio(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const TEXTS = ["base-content", "muted", "primary", "success", "warning", "error", "info"];
const PAPERS = ["base-100", "base-200", "base-300"];
const PAIRS = ["primary", "secondary", "accent", "neutral", "info", "success", "warning", "error"].map((name) => [`${name}-content`, name]);
const SOFT = ["ok", "warn", "err", "info", "brand"].map((name) => [`${name}-ink`, `${name}-soft`]);

describe("contrast", () => {
  for (const name of ["light", "dark"]) {
    const tokens = theme(name);
    for (const text of TEXTS) {
      for (const paper of PAPERS) {
        it(`${name}: ${text} on ${paper} is readable`, () => assert.ok(ratio(tokens[text], tokens[paper]) >= 4.5));
      }
    }
    for (const [ink, fill] of [...PAIRS, ...SOFT]) {
      it(`${name}: ${ink} on ${fill} is readable`, () => assert.ok(ratio(tokens[ink], tokens[fill]) >= 4.5));
    }
    for (const paper of PAPERS) {
      it(`${name}: control borders and focus stand out on ${paper}`, () => {
        assert.ok(ratio(tokens.control, tokens[paper]) >= 3);
        assert.ok(ratio(tokens.focus, tokens[paper]) >= 3);
      });
    }
    it(`${name}: timeline marks stand out on base-200`, () => {
      for (const mark of ["mark-cut", "mark-text", "mark-loud"]) assert.ok(ratio(tokens[mark], tokens["base-200"]) >= 3, mark);
      assert.ok(ratio(tokens["base-100"], tokens["mark-text"]) >= 4.5, "words inside a text mark");
    });
    it(`${name}: chart series stand out on base-100`, () => {
      for (let slot = 1; slot <= 6; slot += 1) assert.ok(ratio(tokens[`chart-${slot}`], tokens["base-100"]) >= 3, `chart-${slot}`);
    });
  }

  it("gives the ratios the design states", () => {
    assert.equal(ratio("#191B22", "#FFFFFF").toFixed(1), "17.2");
    assert.equal(ratio("#787D8A", "#E7E3DA").toFixed(1), "3.2");
  });
});
