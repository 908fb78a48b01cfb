// Links in a text, as X finds them: the same rules, found the same way, as the server's core/text/links.py. Both pass
// tests/vectors/links.json. One pass: a text made to be slow costs no more than its length.
import known from "../../../core/text/tlds.json" with { type: "json" };

const LONGEST = { label: 63, host: 253, link: 4096, slug: 40 };
const PROTOCOL = "https://";

const NO_HOST =
  "!'#%&()*+,\\\\\\/:;<=>?@\\[\\]^\\{\\|\\}~$\\t-\\r \\x85\\xa0\\u1680\\u180e\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000" +
  "\\ufffe\\ufeff\\uffff\\u202a-\\u202e\\u061c\\u200e\\u200f\\u2066-\\u2069";
const LATIN =
  "\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u024f\\u0253\\u0254\\u0256\\u0257\\u0259\\u025b\\u0263\\u0268\\u026f\\u0272\\u0289\\u028b\\u02bb" +
  "\\u0300-\\u036f\\u1e00-\\u1eff";
const INSIDE = `a-z\\u0400-\\u04ff0-9!*';:=+,.$\\/%#\\[\\]\\-\\u2013_~@|&${LATIN}`;
const END = `+\\-a-z\\u0400-\\u04ff0-9=_#\\/${LATIN}`;
const GROUP = `\\((?:[${INSIDE}]+|[${INSIDE}]*\\([${INSIDE}]+\\)[${INSIDE}]*)\\)`;
const QUERY = "(?:\\?[a-z0-9!?*'@();:&=+$\\/%#\\[\\]\\-_.,~|]*[a-z0-9\\-_&=#\\/])?";
const NOT_BEFORE = "(?<![A-Za-z0-9@＠$#＃\\ufffe\\ufeff\\uffff])";
const AFTER_TLD = /[0-9a-zA-Z@+-]/;

let tlds;
let sizes;
let patterns;

/* eslint-disable no-misleading-character-class -- the classes list combining characters one by one */
/** Built at the first text that may hold a link: most fields never need them. */
function prepare() {
  if (tlds) return;
  tlds = new Set(known.tlds.split(" "));
  sizes = [...new Set([...tlds].map((name) => name.length))].sort((a, b) => b - a);
  patterns = {
    run: new RegExp(`[^${NO_HOST}]+`, "g"),
    protocol: new RegExp(`${NOT_BEFORE}https?:\\/\\/$`, "i"),
    start: new RegExp(`${NOT_BEFORE}[^._\\-]`, "gu"),
    latin: new RegExp(`(?:[\\-a-z0-9${LATIN}]+\\.)+`, "gi"),
    punycode: /xn--[-0-9a-z]+/iy,
    rest: new RegExp(`(?::[0-9]+)?(\\/(?:(?:[${INSIDE}]|${GROUP})*(?:[${END}]|${GROUP}))?)?${QUERY}`, "iy"),
    short: new RegExp(`^https?:\\/\\/t\\.co\\/([a-z0-9]+)${QUERY}`, "i"),
  };
}

function at(pattern, text, from) {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** Where the top-level domain that begins at `start` ends; 0 when none does. */
function tldEnd(text, start, stop) {
  for (const size of sizes) {
    const end = start + size;
    if (end > stop || !tlds.has(text.slice(start, end).toLowerCase())) continue;
    if (end === text.length || !AFTER_TLD.test(text[end])) return end;
  }
  const found = at(patterns.punycode, text.slice(0, stop), start);
  return found ? start + found[0].length : 0;
}

/**
 * The labels of a run, read from its end so that each is looked at once. `reach` is where a host that begins in the
 * label ends (0: no host); `deep` says that more labels follow before the top-level domain: only then may the label hold
 * underscores.
 */
function labelsOf(text, start, stop) {
  const found = [];
  let whole = 0;
  let after = 0;
  let end = stop;
  for (;;) {
    const begin = end > start ? Math.max(text.lastIndexOf(".", end - 1) + 1, start) : start;
    let reach = 0;
    let deep = false;
    if (after && end > begin && !"_-".includes(text[end - 1])) {
      deep = whole > 0;
      reach = whole || tldEnd(text, after, stop);
    }
    found.push({ start: begin, end, reach, deep });
    const isWhole = begin < end && !"_-".includes(text[begin]) && (deep || !text.slice(begin, end).includes("_"));
    whole = isWhole ? reach : 0;
    after = begin;
    if (begin === start) return found.reverse();
    end = begin - 1;
  }
}

/** The first place at which a host without protocol begins, and where it ends. */
function bareHost(text, labels, first) {
  for (const label of labels) {
    if (!label.reach) continue;
    const lowest = label.deep ? label.start : Math.max(label.start, text.lastIndexOf("_", label.end - 1) + 1);
    const found = at(patterns.start, text.slice(0, label.end), Math.max(lowest, first));
    if (found) return { start: found.index, end: label.reach };
  }
  return undefined;
}

/** The first host in a run of host characters; what stands before `taken` belongs to the link before. */
function hostIn(text, start, stop, taken) {
  const labels = labelsOf(text, start, stop);
  const [first] = labels;
  const before = Math.max(taken, start - PROTOCOL.length);
  // One character more, to see what the protocol stands behind.
  const lead = Math.max(0, before - 1);
  const found = patterns.protocol.exec(text.slice(lead, start));
  if (found && first.reach) {
    const begins = lead + found.index;
    const whole = !"_-".includes(text[start]) && (first.deep || !text.slice(start, first.end).includes("_"));
    if (whole && begins >= before && (begins > taken || !taken)) return { protocol: begins, start, end: first.reach };
  }
  const bare = bareHost(text, labels, taken && taken + String.fromCodePoint(text.codePointAt(taken)).length);
  return bare && { protocol: -1, ...bare };
}

/** The length of a label's Punycode (RFC 3492), without its prefix. */
function punycodeLength(label) {
  const points = [...label].map((char) => char.codePointAt(0));
  const basic = points.filter((point) => point < 128).length;
  const adapt = (delta, size, first) => {
    let rest = first ? Math.floor(delta / 700) : delta >> 1;
    rest += Math.floor(rest / size);
    let k = 0;
    for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
    return k + Math.floor((36 * rest) / (rest + 38));
  };
  let [next, delta, bias, done] = [128, 0, 72, basic];
  let length = basic + (basic ? 1 : 0);
  while (done < points.length) {
    const least = Math.min(...points.filter((point) => point >= next));
    delta += (least - next) * (done + 1);
    next = least;
    for (const point of points) {
      if (point < next) delta += 1;
      if (point !== next) continue;
      let rest = delta;
      for (let k = 36; ; k += 36) {
        const limit = Math.min(26, Math.max(1, k - bias));
        length += 1;
        if (rest < limit) break;
        rest = Math.floor((rest - limit) / (36 - limit));
      }
      bias = adapt(delta, done + 1, done === basic);
      delta = 0;
      done += 1;
    }
    delta += 1;
    next += 1;
  }
  return length;
}

/** The length of a label as it is asked for in the DNS; past the limit any number past it. */
function asciiLength(label) {
  if (label.length > LONGEST.label) return label.length;
  const parts = label.split(/[。．｡]/);
  const each = parts.map((part) => (/^[\0-\x7f]*$/.test(part) ? part.length : 4 + punycodeLength(part)));
  return each.reduce((sum, one) => sum + one, parts.length - 1);
}

function allowed(host, protocol, length) {
  const each = host.split(".").map(asciiLength);
  if (each.some((size) => size < 1 || size > LONGEST.label)) return false;
  if (/^xn--/i.test(host) && !latinHosts(host, 0, host.length).length) return false;
  const asked = each.reduce((sum, one) => sum + one, each.length - 1);
  if (protocol && asked > LONGEST.host) return false;
  return (protocol || PROTOCOL).length + length - host.length + asked <= LONGEST.link;
}

/** The hosts in Latin letters that stand between other letters. */
function latinHosts(text, start, stop) {
  const found = [];
  const piece = text.slice(0, stop);
  let from = start;
  for (let labels = at(patterns.latin, piece, from); labels; labels = at(patterns.latin, piece, from)) {
    from = labels.index + labels[0].length;
    for (let dot = from; dot > labels.index; dot = text.lastIndexOf(".", dot - 2) + 1) {
      const end = tldEnd(text, dot, stop);
      if (!end) continue;
      found.push({ start: labels.index, end });
      from = end;
      break;
    }
  }
  return found.filter((host) => host.end - host.start <= LONGEST.host);
}

function withProtocol(text, host, end) {
  const { protocol } = host;
  const short = patterns.short.exec(text.slice(protocol, end));
  if (short && short[1].length > LONGEST.slug) return [];
  const stop = short ? protocol + short[0].length : end;
  const fits = allowed(text.slice(host.start, host.end), text.slice(protocol, host.start), stop - protocol);
  return fits ? [{ start: protocol, end: stop }] : [];
}

function without(text, { start, end: stop }, end, hasPath) {
  if (start && "-_./".includes(text[start - 1])) return [];
  if (!allowed(text.slice(start, stop), "", end - start)) return [];
  const found = latinHosts(text, start, stop);
  if (found.length && hasPath) found.at(-1).end = end;
  return found;
}

/** The links of a text in their order, as {start, end} in UTF-16 units. */
export function findLinks(text) {
  if (!text.includes(".")) return [];
  prepare();
  const links = [];
  let taken = 0;
  let here = 0;
  for (let run = at(patterns.run, text, here); run; run = at(patterns.run, text, here)) {
    const start = run.index;
    here = start + run[0].length;
    const host = run[0].includes(".") ? hostIn(text, start, here, taken) : undefined;
    if (!host) continue;
    const rest = at(patterns.rest, text, host.end);
    taken = here = host.end + rest[0].length;
    links.push(...(host.protocol >= 0 ? withProtocol(text, host, taken) : without(text, host, taken, Boolean(rest[1]))));
  }
  return links;
}
