// One SVG sprite from the outline icons that templates, pages and scripts name, plus the platforms' glyphs.
import fs from "node:fs/promises";
import path from "node:path";

const USES = [/<c-icon\s[^>]*?\bname="([a-z0-9-]+)"/g, /\bicon="([a-z0-9-]+)"/g, /\bicon:\s*"([a-z0-9-]+)"/g];

async function* walk(folder, pattern) {
  for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(full, pattern);
    else if (pattern.test(entry.name)) yield full;
  }
}

/** Names used anywhere as a literal, and those of icons.txt (names that are computed at run time). */
export async function iconNames(here) {
  const names = new Set();
  const list = await fs.readFile(path.join(here, "icons.txt"), "utf8");
  for (const word of list.replace(/#.*$/gm, "").split(/\s+/)) if (word) names.add(word);
  const places = [["../templates", /\.html$/], ["../pages", /\.py$/], ["src", /\.js$/]];
  for (const [folder, pattern] of places) {
    for await (const file of walk(path.join(here, folder), pattern)) {
      const text = await fs.readFile(file, "utf8");
      for (const use of USES) for (const match of text.matchAll(use)) names.add(match[1]);
    }
  }
  return [...names].sort();
}

function symbol(id, source) {
  const body = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
  return `<symbol id="${id}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, "")}</symbol>`;
}

export async function buildSprite(here, out) {
  const home = path.join(here, "node_modules", "lucide-static", "icons");
  const symbols = [];
  for (const name of await iconNames(here)) {
    const source = await fs.readFile(path.join(home, `${name}.svg`), "utf8").catch(() => {
      throw new Error(`No Lucide icon is called "${name}". See lucide-static/icons for the names.`);
    });
    symbols.push(symbol(name, source));
  }
  const platforms = path.join(here, "..", "platforms");
  for await (const file of walk(platforms, /^glyph\.svg$/)) {
    symbols.push(symbol(`p-${path.basename(path.dirname(file))}`, await fs.readFile(file, "utf8")));
  }
  await fs.writeFile(out, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
}
