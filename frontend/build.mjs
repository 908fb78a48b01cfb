// Builds everything the browser loads into frontend/dist: scripts, styles, fonts, icon sprite.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import esbuild from "esbuild";
import subsetFont from "subset-font";
import { buildSprite } from "./icons.mjs";

const require = createRequire(import.meta.url);
const here = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(here, ...parts);
const dist = at("dist");
const watch = process.argv.includes("--watch");

// One file per weight range keeps both families together under 60 KB.
const FONTS = [
  { from: "inter", out: "inter.woff2", axes: { wght: { min: 400, max: 700 } } },
  { from: "bricolage-grotesque", out: "bricolage.woff2", axes: { wght: 650 } },
];
const EXTRA_GLYPHS = "–—‘’“”•…€™←→↑↓−×≥≤≈⌘⇧′″‹›\u00a0\u202f";

function glyphs() {
  let text = EXTRA_GLYPHS;
  for (let code = 0x20; code < 0x180; code += 1) text += String.fromCodePoint(code);
  return text;
}

async function fonts() {
  await fs.mkdir(path.join(dist, "fonts"), { recursive: true });
  await Promise.all(
    FONTS.map(async ({ from, out, axes }) => {
      const home = at("node_modules", "@fontsource-variable", from);
      const source = await fs.readFile(path.join(home, "files", `${from}-latin-wght-normal.woff2`));
      const font = await subsetFont(source, glyphs(), { targetFormat: "woff2", variationAxes: axes });
      await fs.writeFile(path.join(dist, "fonts", out), font);
      await fs.copyFile(path.join(home, "LICENSE"), path.join(dist, "fonts", `${from}-LICENSE.txt`));
    }),
  );
}

async function scripts() {
  const names = (await fs.readdir(at("src", "entry"))).filter((name) => name.endsWith(".js"));
  const options = {
    entryPoints: names.map((name) => at("src", "entry", name)),
    outdir: dist,
    bundle: true,
    format: "iife",
    minify: !watch,
    target: ["chrome111", "firefox113", "safari16.4"],
    legalComments: "external",
    logLevel: "warning",
  };
  if (!watch) return esbuild.build(options);
  const context = await esbuild.context(options);
  return context.watch();
}

function styles() {
  const bin = path.join(path.dirname(require.resolve("@tailwindcss/cli/package.json")), "dist", "index.mjs");
  const args = [bin, "-i", at("css", "app.css"), "-o", path.join(dist, "app.css")];
  args.push(watch ? "--watch=always" : "--minify");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: here, stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    child.stderr.on("data", (chunk) => {
      log = (log + chunk).slice(-4000);
    });
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`tailwindcss failed:\n${log}`))));
    if (watch) resolve();
  });
}

async function sizes() {
  for (const name of (await fs.readdir(dist)).sort()) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const body = await fs.readFile(path.join(dist, name));
    console.log(`${name.padEnd(16)} ${String(body.length).padStart(8)} B ${String(gzipSync(body).length).padStart(7)} B gz`);
  }
}

if (process.argv.includes("--sizes")) {
  await sizes();
} else {
  if (!watch) await fs.rm(dist, { recursive: true, force: true });
  await fs.mkdir(dist, { recursive: true });
  await fs.cp(at("static"), dist, { recursive: true });
  await Promise.all([fonts(), scripts(), styles(), buildSprite(here, path.join(dist, "icons.svg"))]);
  await sizes();
}
