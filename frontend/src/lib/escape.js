// One handler decides what Escape means: menu, popover, dialog, selection, drag. It never leaves the page.

export const ORDER = ["menu", "popover", "dialog", "selection", "drag"];
/** @type {Map<string, ((event: KeyboardEvent) => unknown)[]>} */
const handlers = new Map(ORDER.map((kind) => [kind, []]));

/**
 * Register `close(event)`; it returns true when it closed something. Returns a function that unregisters.
 * @param {string} kind one of ORDER
 * @param {(event: KeyboardEvent) => unknown} close
 */
export function onEscape(kind, close) {
  const list = handlers.get(kind) ?? [];
  list.unshift(close);
  return () => {
    const index = list.indexOf(close);
    if (index >= 0) list.splice(index, 1);
  };
}

/**
 * Let the first kind that has something open close it.
 * @param {KeyboardEvent} event
 */
export function escape(event) {
  for (const kind of ORDER) for (const close of handlers.get(kind) ?? []) if (close(event)) return kind;
  return "";
}

export function startEscape() {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      if (escape(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    { capture: true },
  );
}
