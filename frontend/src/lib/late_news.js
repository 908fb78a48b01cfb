// A fragment that answers news by replacing itself can miss the next news: what comes while its request is open, or
// waits for its delay, is remembered on the old element and leaves the page with it. So each news is kept here, by the
// id of the fragment, until a request has begun after it; the element that takes the old one's place then asks again.
import { $$ } from "./dom.js";

const LISTENERS = "[id][hx-get][hx-trigger]";
const TOGETHER_MS = 150;

/**
 * The events on the body that a fragment's `hx-trigger` names. A poll comes again by itself and is left out.
 * @param {string | null} trigger
 * @returns {string[]}
 */
export function newsOf(trigger) {
  const parts = (trigger ?? "").split(",").map((part) => part.trim());
  const names = parts.filter((part) => /\sfrom:body(\s|$)/.test(part)).map((part) => part.split(/\s/)[0]);
  return names.filter((name) => name !== "poll:tick");
}

/** The newest event that each fragment has not asked after yet, by the fragment's id. */
export class Unasked {
  constructor() {
    this.events = new Map();
  }

  /** News came; `fragments` are the elements that are shown now. */
  heard(event, fragments) {
    for (const node of fragments) if (newsOf(node.getAttribute("hx-trigger")).includes(event.type)) this.events.set(node.id, event);
  }

  /** A request of this fragment begins: its answer will hold all that was heard so far. */
  asked(id) {
    this.events.delete(id);
  }

  /** The event this new element must still ask after; nothing when it no longer listens. */
  owedBy(node) {
    const event = this.events.get(node.id);
    if (event && newsOf(node.getAttribute("hx-trigger")).includes(event.type)) return event;
    this.events.delete(node.id);
    return undefined;
  }
}

function ask(unasked, id) {
  const node = document.getElementById(id);
  const event = node && unasked.owedBy(node);
  if (event) window.htmx.ajax("get", node.getAttribute("hx-get"), { source: node, event });
}

export function startLateNews() {
  const unasked = new Unasked();
  const known = new Set();
  const heard = (event) => unasked.heard(event, $$(LISTENERS));
  const listen = (nodes) => {
    for (const type of nodes.flatMap((node) => newsOf(node.getAttribute("hx-trigger")))) {
      if (known.has(type)) continue;
      known.add(type);
      // Before htmx hears it, which may ask at once.
      document.addEventListener(type, heard, true);
    }
  };
  listen($$(LISTENERS));
  document.body.addEventListener("htmx:beforeSend", ({ detail }) => unasked.asked(detail.elt.id));
  document.body.addEventListener("htmx:load", ({ detail }) => {
    const nodes = [...(detail.elt.matches?.(LISTENERS) ? [detail.elt] : []), ...$$(LISTENERS, detail.elt)];
    listen(nodes);
    for (const { id } of nodes) if (unasked.events.has(id)) setTimeout(ask, TOGETHER_MS, unasked, id);
  });
}
