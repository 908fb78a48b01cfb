// What a page may weigh, gzipped. Runs on the built files: `npm run build` first.
import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const built = fs.existsSync(new URL("app.js", dist));
const weigh = (name) => gzipSync(fs.readFileSync(new URL(name, dist))).length / 1024;

describe("budgets", { skip: built ? false : "frontend/dist is not built" }, () => {
  it("scripts: 65 KB on ordinary pages, 100 KB with a second bundle", () => {
    const base = weigh("app.js");
    assert.ok(base <= 65, `app.js ${base}`);
    for (const name of fs.readdirSync(dist).filter((file) => file.endsWith(".js") && file !== "app.js")) {
      assert.ok(base + weigh(name) <= 100, `${name} ${weigh(name)}`);
    }
  });

  it("styles: 25 KB", () => assert.ok(weigh("app.css") <= 25, String(weigh("app.css"))));

  it("fonts: 60 KB together", () => {
    const home = new URL("fonts/", dist);
    const total = fs.readdirSync(home).filter((name) => name.endsWith(".woff2")).map((name) => fs.statSync(new URL(name, home)).size);
    assert.equal(total.length, 2);
    assert.ok(total.reduce((a, b) => a + b) / 1024 <= 60);
  });

  it("the landing page loads well under 250 KB", () => {
    const fonts = 60;
    assert.ok(weigh("public.js") + weigh("app.css") + weigh("icons.svg") + fonts + 40 <= 250);
  });
});
