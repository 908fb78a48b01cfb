// Ordinary forms: one submit at a time, focus on the first error, the browser's timezone for sign-up, leave guard.
import { $, $$, onArrival } from "./dom.js";

function once(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post") || form.target) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  clean(form);
}

function clean(form) {
  delete form.dataset.dirty;
}

/** What was wrong with a field is not said any more once it was changed; its next check says it again. */
function forgive(event) {
  const field = event.target.closest?.(".field");
  const said = field?.querySelector("[id$=_error]");
  if (!said?.firstChild) return;
  said.replaceChildren();
  for (const one of [field, ...field.querySelectorAll("[aria-invalid]")]) one.removeAttribute("aria-invalid");
}

export function startForms() {
  document.addEventListener("submit", once);
  document.addEventListener("input", forgive);
  // Back from the cache must not leave a form that believes it was sent.
  window.addEventListener("pageshow", () => {
    for (const form of $$("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    }
  });
  document.addEventListener("input", (/** @type {Event & { target: HTMLElement }} */ event) => {
    const form = /** @type {HTMLFormElement | null | undefined} */ (event.target.closest?.("form[data-guard]"));
    if (form) form.dataset.dirty = "1";
  });
  window.addEventListener("beforeunload", (event) => {
    if ($("form[data-guard][data-dirty]") || $("[data-busy-upload]")) event.preventDefault();
  });
  onArrival("[data-detect-timezone]", (input) => {
    input.value = Intl.DateTimeFormat().resolvedOptions().timeZone || input.value;
  });
  $("main [data-focus]")?.focus();
}
