// Text lengths as the platforms count them; core/text/lengths.py counts the same: both pass tests/vectors/counters.json.
//   chars     code points
//   utf16     UTF-16 code units (most platforms)
//   bytes     UTF-8 bytes (Threads)
//   weighted  X: most characters 2, Latin and common punctuation 1, any URL 23, one emoji 2
//   graphemes what a person sees as one character (Bluesky)

import { findLinks } from "./links.js";

const LIGHT = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
];
const URL_WEIGHT = 23;

const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function weigh(text) {
  let total = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (EMOJI.test(segment) && !/^[\u00a9\u00ae\u203c\u2049\u2122]$/u.test(segment)) {
      total += 2;
      continue;
    }
    for (const char of segment) {
      const code = char.codePointAt(0) ?? 0;
      total += LIGHT.some(([low, high]) => code >= low && code <= high) ? 1 : 2;
    }
  }
  return total;
}

export function weighted(text) {
  const normal = text.normalize("NFC");
  let total = 0;
  let at = 0;
  for (const link of findLinks(normal)) {
    total += weigh(normal.slice(at, link.start)) + URL_WEIGHT;
    at = link.end;
  }
  return total + weigh(normal.slice(at));
}

export const units = {
  utf16: (text) => text.length,
  chars: (text) => [...text].length,
  bytes: (text) => new TextEncoder().encode(text).length,
  weighted,
  graphemes: (text) => [...graphemes.segment(text)].length,
};

export function count(text, unit = "utf16") {
  return (units[unit] ?? units.utf16)(text);
}

/** `ok`, `near` from 80 % of the limit, `over` past it. */
export function level(length, limit) {
  if (!limit) return "ok";
  if (length > limit) return "over";
  return length >= limit * 0.8 ? "near" : "ok";
}
