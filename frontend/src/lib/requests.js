// htmx manners: CSRF and workspace on every request, our own confirm, errors as toasts, focus after a swap.
import { $ } from "./dom.js";
import { headers, sentence } from "./csrf.js";
import { confirm } from "./dialog.js";
import { toast } from "./toast.js";

const FOCUSABLE = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, [tabindex]";

function parse(xhr) {
  try {
    return JSON.parse(xhr.responseText);
  } catch {
    return null;
  }
}

function again(event) {
  const { elt } = event.detail;
  const type = event.detail.requestConfig?.triggeringEvent?.type ?? "click";
  return () => (elt.matches("form") ? elt.requestSubmit() : elt.hasAttribute("data-lazy") ? window.htmx.trigger(elt, "retry") : window.htmx.trigger(elt, type));
}

function failed(event) {
  const { xhr, elt } = event.detail;
  if (xhr.status === 401) {
    const login = document.body.dataset.login;
    if (login) window.location.assign(`${login}?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  const body = parse(xhr);
  const id = body?.details?.request_id ?? xhr.getResponseHeader("X-Request-Id");
  const text = sentence(xhr.status, body) + (xhr.status >= 500 && id ? ` Reference: ${id.slice(0, 12)}` : "");
  const lazy = elt.hasAttribute("data-lazy");
  toast({ level: "error", text, retry: xhr.status >= 500 || lazy ? again(event) : undefined });
}

function offline(event) {
  if (event.detail.elt.hasAttribute("data-topics")) return;
  toast({ level: "error", text: "The server could not be reached. Check your connection.", retry: again(event) });
}

let held = "";

function keepFocus(event) {
  const active = document.activeElement;
  held = active && event.detail.target?.contains(active) ? active.id || "?" : "";
}

/** After a swap focus must not fall back to the body: same id, else what the fragment names, else its heading. */
function restoreFocus(event) {
  const target = event.detail.elt;
  const wanted = target.matches?.("[data-focus]") ? target : target.querySelector?.("[data-focus]");
  if (wanted) {
    wanted.focus({ preventScroll: false });
  } else if (held && (document.activeElement === document.body || document.activeElement === null)) {
    const same = held !== "?" ? document.getElementById(held) : null;
    const heading = target.querySelector?.("h1, h2, h3");
    const node = same ?? heading ?? target.querySelector?.(FOCUSABLE);
    if (node && !node.matches(FOCUSABLE)) node.setAttribute("tabindex", "-1");
    node?.focus({ preventScroll: true });
  }
  held = "";
}

function busy(event, on) {
  const target = event.detail.target ?? event.detail.elt;
  if (on) target?.setAttribute("aria-busy", "true");
  else target?.removeAttribute("aria-busy");
}

async function ask(event) {
  const { question, elt, issueRequest } = event.detail;
  if (!question) return;
  event.preventDefault();
  const data = elt.dataset;
  if (await confirm({ text: question, title: data.confirmTitle, yes: data.confirmYes, no: data.confirmNo, danger: "confirmDanger" in data })) issueRequest(true);
}

export function startRequests() {
  const { body } = document;
  body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") Object.assign(event.detail.headers, headers());
  });
  body.addEventListener("htmx:confirm", ask);
  body.addEventListener("htmx:beforeRequest", (event) => busy(event, true));
  body.addEventListener("htmx:afterRequest", (event) => busy(event, false));
  body.addEventListener("htmx:responseError", failed);
  body.addEventListener("htmx:sendError", offline);
  body.addEventListener("htmx:timeout", offline);
  body.addEventListener("htmx:beforeSwap", keepFocus);
  body.addEventListener("htmx:afterSettle", restoreFocus);
  $("#main")?.setAttribute("data-ready", "");
}
