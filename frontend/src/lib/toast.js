// Messages at the corner: at most three at once, errors stay, others leave after 6 s unless someone looks at them.
import { $, $$, el, icon, onArrival } from "./dom.js";

const LIFE_MS = 6000;
const UNDO_MS = 10000;
const MAX = 3;
const ICONS = { info: "info", success: "circle-check", warning: "triangle-alert", error: "circle-alert" };
const TONES = { info: "text-info", success: "text-success", warning: "text-warning", error: "text-error" };

function region() {
  return $("#toasts");
}

/** Which cards must go so that a new one fits: the oldest that may leave, errors last. */
export function surplus(levels, max = MAX) {
  const order = levels.map((level, index) => ({ level, index }));
  const over = Math.max(0, order.length - max);
  const leaving = [...order.filter((card) => card.level !== "error"), ...order.filter((card) => card.level === "error")];
  return leaving
    .filter((card) => card.index !== levels.length - 1)
    .slice(0, over)
    .map((card) => card.index);
}

function dismiss(card) {
  const held = card.contains(document.activeElement);
  card.remove();
  if (held) $("#main")?.focus({ preventScroll: true });
}

function live(card) {
  const cards = $$("[data-toast]", region());
  for (const index of surplus(cards.map((item) => item.dataset.toast))) cards[index].remove();
  card.querySelector("[data-toast-close]")?.addEventListener("click", () => dismiss(card));
  card.querySelector("[data-toast-undo]")?.addEventListener("submit", () => setTimeout(() => dismiss(card), 0));
  if (card.dataset.toast === "error") return;
  const life = card.querySelector("[data-toast-undo], [data-undo]") ? UNDO_MS : LIFE_MS;
  let timer = 0;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!card.matches(":hover, :focus-within")) dismiss(card);
    }, life);
  };
  for (const type of ["pointerenter", "focusin"]) card.addEventListener(type, () => clearTimeout(timer));
  for (const type of ["pointerleave", "focusout"]) card.addEventListener(type, start);
  start();
}

/**
 * Show a message.
 * @param {{ level?: string, text?: string, undo?: () => void, retry?: () => void, link?: { href: string, label?: string } }} [message]
 * @returns {HTMLElement|undefined} the card
 */
export function toast({ level = "info", text, undo, retry, link } = {}) {
  const home = region();
  if (!home) return undefined;
  const same = $$("[data-toast]", home).find((card) => card.dataset.toast === level && card.dataset.text === text);
  same?.remove();
  const actions = [];
  const act = (label, run) =>
    el("button", {
      class: "text-link min-h-6 font-medium",
      text: label,
      attrs: { type: "button", "data-undo": true },
      on: {
        click: () => {
          dismiss(card);
          run();
        },
      },
    });
  if (undo) actions.push(act("Undo", undo));
  if (retry) actions.push(act("Retry", retry));
  if (link) actions.push(el("a", { class: "text-link min-h-6 font-medium", text: link.label ?? "Open", attrs: { href: link.href } }));
  const card = el("div", { class: "toast-card", attrs: { "data-toast": level, "data-text": text, role: level === "error" ? "alert" : "status" } }, [
    icon(ICONS[level] ?? "info", 18, TONES[level] ?? ""),
    el("div", { class: "toast-body" }, [el("div", { text }), ...(actions.length ? [el("div", { class: "toast-actions" }, actions)] : [])]),
    el("button", { class: "icon-btn", attrs: { type: "button", "aria-label": "Dismiss message", "data-toast-close": true } }, [icon("x", 16)]),
  ]);
  home.append(card);
  return card;
}

export function startToasts() {
  onArrival("#toasts [data-toast]", live);
  document.body.addEventListener("toast", (event) => toast(event.detail ?? {}));
}
