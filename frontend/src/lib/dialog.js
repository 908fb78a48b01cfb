// Native dialogs: opened by [data-dialog-open=id], closed by [data-dialog-close], Escape and the backdrop.
// A dialog whose form was changed asks first. Focus returns to the opener.
import { $, $$, onArrival } from "./dom.js";
import { onEscape } from "./escape.js";

const openers = new WeakMap();
const before = new WeakMap();

function snapshot(dialog) {
  const parts = $$("form", dialog).map((form) => new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, typeof v === "string" ? v : v.name])));
  return parts.join("&");
}

export function isDirty(dialog) {
  return before.has(dialog) && before.get(dialog) !== snapshot(dialog);
}

export function openDialog(dialog, opener = document.activeElement) {
  if (!dialog || dialog.open) return;
  openers.set(dialog, opener);
  dialog.showModal();
  before.set(dialog, snapshot(dialog));
  dialog.dispatchEvent(new CustomEvent("dialog:open", { bubbles: true }));
}

/** Close without asking. */
export function closeDialog(dialog, result = "") {
  if (!dialog?.open) return;
  before.delete(dialog);
  dialog.close(result);
}

/** Close, but ask when something typed would be lost. */
export async function leaveDialog(dialog) {
  if (isDirty(dialog) && !(await confirm({ title: "Discard your changes?", text: "What you typed here is not saved.", yes: "Discard them", no: "Keep editing", danger: true }))) return;
  closeDialog(dialog);
}

/** Ask in our own alertdialog; focus starts on the button that changes nothing. Resolves to true or false. */
export function confirm({ title = "Are you sure?", text = "", yes = "Continue", no = "Go back", danger = false } = {}) {
  const dialog = $("#confirm");
  if (!dialog || dialog.open) return Promise.resolve(false);
  $("#confirm-title").textContent = title;
  $("#confirm-text").textContent = text;
  const accept = $("[data-confirm-yes]", dialog);
  const refuse = $("[data-confirm-no]", dialog);
  accept.textContent = yes;
  accept.className = `btn ${danger ? "btn-error" : "btn-primary"}`;
  refuse.textContent = no;
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  return new Promise((resolve) => {
    const done = () => {
      resolve(dialog.returnValue === "yes");
      if (opener?.isConnected) opener.focus();
    };
    dialog.addEventListener("close", done, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
    refuse.focus();
  });
}

function question(node) {
  const data = node.dataset;
  return { title: data.confirmTitle, text: data.confirm, yes: data.confirmYes, no: data.confirmNo, danger: "confirmDanger" in data };
}

async function confirmSubmit(event) {
  const form = event.target;
  const asked = event.submitter?.dataset.confirm !== undefined ? event.submitter : form;
  if (asked.dataset.confirm === undefined || form.hasAttribute("data-confirmed")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await confirm(question(asked)))) return;
  form.setAttribute("data-confirmed", "");
  form.requestSubmit(event.submitter ?? undefined);
  form.removeAttribute("data-confirmed");
}

function clicks(event) {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    openDialog(document.getElementById(opener.dataset.dialogOpen), opener);
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    leaveDialog(closer.closest("dialog"));
    return;
  }
  // A form that asks first carries data-confirm-yes too: its word for the button.
  const answer = event.target.closest("#confirm [data-confirm-yes], #confirm [data-confirm-no]");
  if (answer) answer.closest("dialog").close(answer.matches("[data-confirm-yes]") ? "yes" : "no");
  else if (event.target.matches?.("dialog[open].dialog") && outside(event)) leaveDialog(event.target);
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

export function startDialogs() {
  // A form in a dialog that came back with a sentence of the server.
  onArrival("dialog[data-dialog-now=yes]", (dialog) => openDialog(dialog, null));
  document.addEventListener("click", clicks);
  document.addEventListener("submit", confirmSubmit, { capture: true });
  document.addEventListener(
    "close",
    (/** @type {Event & { target: HTMLElement }} */ event) => {
      const opener = openers.get(event.target);
      openers.delete(event.target);
      if (opener?.isConnected) opener.focus();
    },
    { capture: true },
  );
  document.body.addEventListener("dialog:close", (/** @type {Event & { target: HTMLElement }} */ event) => closeDialog(event.target.closest?.("dialog") ?? $("dialog.dialog[open]")));
  onEscape("dialog", () => {
    const dialog = $("#confirm[open]") ?? $$("dialog[open]").at(-1);
    if (!dialog) return false;
    if (dialog.id === "confirm") dialog.close("no");
    else leaveDialog(dialog);
    return true;
  });
}
