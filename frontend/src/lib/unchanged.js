// Live fragments ask for their HTML after every hint, and often get what is there already. Putting that in would take
// from the person what only the page knows: a playing video, an open table, a place in a list. So it is left out.
import { $$ } from "./dom.js";

const LIVE = "[data-topics][hx-get]";
const CSRF = /(name="csrfmiddlewaretoken" value=")[^"]*/g;

/** The fragment of this id, written the browser's way; an answer may carry parts for other places beside it. */
function reserialised(html, id) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return (holder.content.getElementById(id) ?? holder).outerHTML;
}

/** HTML as it can be compared: without the token that is masked again each time. */
export function comparable(html, id, write = reserialised) {
  return write(html, id).replace(CSRF, "$1").replace(/\s+/g, " ").trim();
}

/** Whether a request was made because of a hint, not because a person pressed something. */
export function isNews(config) {
  return config?.verb === "get" && /^(ws:|poll:tick)/.test(config.triggeringEvent?.type ?? "");
}

/** What the server sent last, by the id of the fragment. */
export class Sent {
  constructor(write = reserialised) {
    this.write = write;
    this.last = new Map();
  }

  keep(id, html) {
    this.last.set(id, comparable(html, id, this.write));
  }

  /** Keep what came; true when it is the same as before. */
  isSame(id, html) {
    const before = this.last.get(id);
    this.keep(id, html);
    return before === this.last.get(id);
  }

  /** Something inside was replaced by itself: what was sent says no longer what is shown. */
  forgetAround(node) {
    for (let one = node?.parentElement?.closest(LIVE); one; one = one.parentElement?.closest(LIVE)) this.last.delete(one.id);
  }
}

export function startUnchanged() {
  const sent = new Sent();
  for (const node of $$(LIVE)) if (node.id) sent.keep(node.id, node.outerHTML);
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target, requestConfig, serverResponse, shouldSwap } = detail;
    sent.forgetAround(target);
    if (!shouldSwap || !target?.id || !target.matches(LIVE)) return;
    if (sent.isSame(target.id, serverResponse) && isNews(requestConfig)) detail.shouldSwap = false;
  });
  document.body.addEventListener("htmx:oobBeforeSwap", ({ detail }) => sent.forgetAround(detail.target));
}
