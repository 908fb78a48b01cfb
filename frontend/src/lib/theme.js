// The theme form works without scripts; with them the change needs no reload.
import { headers } from "./csrf.js";
import { $$ } from "./dom.js";

const YEAR_S = 31536000;

export function applyTheme(value) {
  const root = document.documentElement;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (value === "light" || value === "dark") {
    root.dataset.theme = value;
    document.cookie = `theme=${value}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
  } else {
    delete root.dataset.theme;
    document.cookie = `theme=; Path=/; Max-Age=0; SameSite=Lax${secure}`;
  }
  for (const button of $$("[data-theme-form] button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === value));
  }
}

export function startTheme() {
  document.addEventListener("submit", (/** @type {SubmitEvent & { target: HTMLFormElement, submitter: HTMLButtonElement | null }} */ event) => {
    if (!event.target.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    const { value } = event.submitter;
    applyTheme(value);
    // Kept with the person as well; when that fails this device still has its cookie.
    fetch(event.target.action, { method: "POST", headers: headers(), body: new URLSearchParams({ theme: value }), redirect: "manual" }).catch(() => {});
  });
}
