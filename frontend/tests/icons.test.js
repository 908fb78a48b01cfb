import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { it } from "node:test";
import { buildSprite, iconNames } from "../icons.mjs";

const home = fileURLToPath(new URL("..", import.meta.url));

it("puts every icon that is used into the sprite", async () => {
  const out = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "sprite-")), "icons.svg");
  await buildSprite(home, out);
  const sprite = fs.readFileSync(out, "utf8");
  for (const name of await iconNames(home)) assert.ok(sprite.includes(`id="${name}"`), name);
  const platforms = fs.readdirSync(path.join(home, "..", "platforms"), { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== "__pycache__");
  assert.ok(platforms.length > 5);
  for (const { name } of platforms) assert.ok(sprite.includes(`id="p-${name}"`), name);
  assert.ok(!/style=|<script|class="lucide/.test(sprite));
});

it("lists no icon that nothing names", () => {
  const folders = ["pages", "notifications", "templates", "frontend/src"].map((name) => path.join(home, "..", name));
  const texts = folders.flatMap((folder) =>
    fs.readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(py|html|js)$/.test(name))
      .map((name) => fs.readFileSync(path.join(folder, name), "utf8")),
  );
  const words = fs.readFileSync(path.join(home, "icons.txt"), "utf8").replace(/#.*$/gm, "").split(/\s+/).filter(Boolean);
  assert.deepEqual(words.filter((word) => !texts.some((text) => text.includes(`"${word}"`))), []);
});
