// Menus are <details data-menu>: they open without scripts; this adds arrows, outside clicks and Escape.
import { $$ } from "./dom.js";
import { onEscape } from "./escape.js";

const ITEMS = "a[href], button:not([disabled])";

function items(menu) {
  return $$(ITEMS, menu).filter((item) => !item.closest("summary") && item.checkVisibility?.() !== false);
}

function close(menu, refocus) {
  menu.open = false;
  if (refocus) menu.querySelector("summary")?.focus();
}

function openMenus() {
  return $$("details[data-menu][open]");
}

function arrows(event) {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const onSummary = event.target.closest("summary") !== null;
  if (onSummary && (event.key === "Home" || event.key === "End")) return;
  if (onSummary && !menu.open) menu.open = true;
  const list = items(menu);
  if (!list.length) return;
  event.preventDefault();
  const at = list.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? list.length - 1 : at - 1, Home: 0, End: list.length - 1 }[event.key];
  list[(next + list.length) % list.length].focus();
}

/** On a phone a strip of tabs scrolls: begin where the present one can be seen. */
function showCurrentTab() {
  for (const tab of $$(".tab-strip [aria-current]")) {
    const strip = tab.closest(".tab-strip");
    strip.scrollLeft = tab.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
  }
}

export function startMenus() {
  showCurrentTab();
  document.addEventListener("keydown", arrows);
  document.addEventListener("click", (/** @type {Event & { target: HTMLElement }} */ event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) close(menu, false);
      else if (event.target.closest("[data-dialog-open]")) close(menu, false);
    }
  });
  document.addEventListener("focusin", (/** @type {Event & { target: HTMLElement }} */ event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) close(menu, false);
  });
  onEscape("menu", () => {
    const menu = openMenus().at(-1);
    if (!menu) return false;
    close(menu, menu.contains(document.activeElement) || document.activeElement === document.body);
    return true;
  });
}
