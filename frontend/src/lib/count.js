// Text lengths as the platforms count them. publishing counts the same in Python: both read the same list of top-level
// domains and pass tests/vectors/counters.json.
//   chars     code points
//   utf16     UTF-16 code units (most platforms)
//   bytes     UTF-8 bytes (Threads)
//   weighted  X: most characters 2, Latin and common punctuation 1, any URL 23, one emoji 2
//   graphemes what a person sees as one character (Bluesky)

import known from "../../../publishing/tlds.json" with { type: "json" };

const LIGHT = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
];
const URL_WEIGHT = 23;

// Links as X finds them: with http(s) any domain, without it a domain in Latin letters; always a real top-level domain,
// then a port, a path and a query that do not end in punctuation.
function linkPattern() {
  const names = known.tlds.split(" ").sort((a, b) => b.length - a.length);
  const tld = `(?:${names.join("|")}|xn--[a-z0-9-]+)(?![a-z0-9@+-])`;
  const letters = "a-z0-9\\p{Script=Cyrillic}\\u00c0-\\u024f";
  const inside = `${letters}!*';:=+,.$\\/%#\\[\\]_~@|&\\-`;
  const end = `${letters}=_#\\/+\\-`;
  const group = `\\([${inside}]+\\)`;
  const path = `(?:\\/(?:(?:[${inside}]|${group})*(?:[${end}]|${group}))?)?`;
  const query = `(?:\\?[${letters}!?*'@();:&=+$\\/%#\\[\\]_.,~|\\-]*[a-z0-9_&=#\\/\\-])?`;
  const any = "[\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}_\\-]*[\\p{L}\\p{M}\\p{N}])?";
  const latin = "[a-z0-9\\u00c0-\\u024f](?:[a-z0-9\\u00c0-\\u024f\\-]*[a-z0-9\\u00c0-\\u024f])?";
  const rest = `(?::\\d+)?${path}${query}`;
  const whole = `(?<![a-z0-9@＠$#＃])https?:\\/\\/(?:${any}\\.)+${tld}${rest}`;
  const bare = `(?<![a-z0-9\\u00c0-\\u024f@＠$#＃_.\\/\\-])(?:${latin}\\.)+${tld}${rest}`;
  return new RegExp(`${whole}|${bare}`, "giu");
}
let links;

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
      const code = char.codePointAt(0);
      total += LIGHT.some(([low, high]) => code >= low && code <= high) ? 1 : 2;
    }
  }
  return total;
}

export function weighted(text) {
  const normal = text.normalize("NFC");
  let total = 0;
  let at = 0;
  links ??= linkPattern();
  for (const match of normal.matchAll(links)) {
    total += weigh(normal.slice(at, match.index)) + URL_WEIGHT;
    at = match.index + match[0].length;
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
