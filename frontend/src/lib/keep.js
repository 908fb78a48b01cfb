// What a person types into a long form stays in this browser until the server has taken it: a session that ended, a
// server that is away, a changed token or a reloaded tab lose nothing. One copy per person, workspace and form; never
// passwords, tokens or files.
import { $, $$, el, onArrival } from "./dom.js";

const PREFIX = "kept:";
const LONGEST_MS = 7 * 24 * 3600 * 1000;
const FIELDS = 2;
const NEVER = new Set(["csrfmiddlewaretoken", "_workspace", "_kept", "next", "action", "accept_conflicts"]);
const waiting = new Map();

/** The fields whose content is kept: what people fill in, and the version and the order that belong to it. */
export function fieldsOf(form) {
  return [...form.elements].filter((field) => {
    if (!field.name || NEVER.has(field.name) || !("value" in field)) return false;
    return !["password", "file", "submit", "button", "image", "reset"].includes(field.type);
  });
}

function isLong(form) {
  const names = fieldsOf(form).filter((field) => field.type !== "hidden").map((field) => field.name);
  const secret = $("input[type=password]", form);
  return form.method === "post" && !secret && new Set(names).size > FIELDS;
}

/** What is filled in, as [name, value] pairs: of check boxes and choices only the chosen ones. */
export function entriesOf(form) {
  const pairs = [];
  for (const field of fieldsOf(form)) {
    if ((field.type === "checkbox" || field.type === "radio") && !field.checked) continue;
    if (field.type === "select-multiple") {
      for (const option of field.selectedOptions) pairs.push([field.name, option.value]);
    } else pairs.push([field.name, field.value]);
  }
  return pairs;
}

/** Fill a form in; true when it has a place for everything. */
export function fill(form, pairs) {
  const left = pairs.map(([name, value]) => [name, value]);
  const take = (name, value) => {
    const at = left.findIndex(([key, kept]) => key === name && (value === undefined || kept === value));
    return at < 0 ? undefined : left.splice(at, 1)[0][1];
  };
  for (const field of fieldsOf(form)) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = take(field.name, field.value) !== undefined;
    else if (field.type === "select-multiple") for (const option of field.options) option.selected = take(field.name, option.value) !== undefined;
    else {
      const kept = take(field.name);
      if (kept !== undefined) field.value = kept;
    }
  }
  return left.length === 0;
}

function keyOf(form) {
  const { user, workspace } = document.body.dataset;
  // A form without an address of its own belongs to the page with what the page was asked for.
  const own = form.getAttribute("action");
  const place = own ? new URL(own, location.href).pathname : location.pathname + location.search;
  return user ? `${PREFIX}${user}:${workspace ?? ""}:${place}#${form.id}` : undefined;
}

// A browser that keeps nothing (private, full) loses what it always lost.
function store(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    return;
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function settled(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
}

function keep(form) {
  settled(form);
  const key = keyOf(form);
  if (key) store(key, { at: Date.now(), token: form.dataset.keepToken, pairs: entriesOf(form) });
}

function forget(form) {
  settled(form);
  const key = keyOf(form);
  if (key) store(key);
}

function tell(form, kept, before) {
  const line = el("div", { class: "notice tone-info lg:col-span-2", attrs: { "data-kept": true, role: "status" } });
  const when = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" }).format(kept.at);
  const text = el("p", { class: "min-w-0 flex-1", text: `What you typed here on ${when} and did not save is back. ` });
  const discard = el("button", { class: "text-link min-h-6 font-medium", text: "Discard it", attrs: { type: "button" } });
  discard.addEventListener("click", () => {
    fill(form, before);
    forget(form);
    line.remove();
    changed(form);
    delete form.dataset.dirty;
  });
  text.append(discard);
  line.append(text);
  form.prepend(line);
}

/** Counters, previews and the strip of chosen files follow what was filled in. */
function changed(form) {
  form.dispatchEvent(new CustomEvent("kept:filled"));
  for (const field of fieldsOf(form)) if (field.type !== "hidden") field.dispatchEvent(new Event("input", { bubbles: true }));
}

function restore(form) {
  const kept = read(keyOf(form) ?? "");
  if (!kept) return;
  const before = entriesOf(form);
  if (Date.now() - kept.at > LONGEST_MS || JSON.stringify(before) === JSON.stringify(kept.pairs)) {
    forget(form);
    return;
  }
  // A form that came back with sentences or with rows of its own holds what was typed: the server's word is newer.
  if ($("[aria-invalid=true], [role=alert]", form) || form.dataset.dirty) {
    keep(form);
    return;
  }
  if (!fill(form, kept.pairs) && "keepRedraw" in form.dataset) {
    // It had other rows: only the server can draw them.
    window.htmx?.ajax("POST", form.getAttribute("hx-post"), {
      target: form.getAttribute("hx-target"),
      swap: "outerHTML",
      values: { ...Object.fromEntries(kept.pairs), do: "keep" },
    });
    return;
  }
  form.dataset.dirty = "1";
  changed(form);
  tell(form, kept, before);
}

/** What the server has taken: it names the copies in a cookie. */
function settle() {
  const found = document.cookie.split("; ").find((part) => part.startsWith("kept="));
  if (!found) return;
  const taken = new Set(found.slice("kept=".length).split("."));
  document.cookie = "kept=; Max-Age=0; Path=/; SameSite=Lax";
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && taken.has(read(key)?.token)) store(key);
  }
}

function follow(form) {
  if (!isLong(form)) return;
  // The name of this copy: the server repeats it when it has taken the form.
  form.dataset.keepToken = crypto.randomUUID?.() ?? `${Date.now()}${Math.random()}`.replace(".", "");
  const token = el("input", { attrs: { type: "hidden", name: "_kept", value: form.dataset.keepToken } });
  form.append(token);
  restore(form);
  if (form.dataset.dirty) keep(form);
  for (const type of ["input", "change"]) {
    form.addEventListener(type, (event) => {
      if (!event.isTrusted) return;
      clearTimeout(waiting.get(form));
      waiting.set(form, setTimeout(() => keep(form), 300));
    });
  }
  // A page that saves by itself says what the server has by now, and what it has not.
  form.addEventListener("kept:taken", () => forget(form));
  form.addEventListener("kept:again", () => keep(form));
  form.addEventListener("submit", () => keep(form), { capture: true });
  for (const link of $$("[data-keep-discard]", form)) link.addEventListener("click", () => forget(form));
}

export function startKeeping() {
  try {
    settle();
    document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
      const form = detail.requestConfig?.elt;
      if (form?.dataset?.keepToken && detail.xhr.status >= 200 && detail.xhr.status < 300) forget(form);
    });
    // A page that goes away at once still keeps the last words.
    window.addEventListener("pagehide", () => [...waiting.keys()].forEach(keep));
    onArrival("form", follow);
  } catch {
    // Without storage there is nothing to keep in.
  }
}
