// Dragging by pointer, with mouse and touch alike: a mouse drags after a few pixels, a finger after it has rested.
// What is dragged and where it may land say attributes; what a drop means says whoever starts it.

const THRESHOLD_PX = 5;
const REST_MS = 350;
const EDGE_PX = 48;
const SCROLL_PX = 12;

/**
 * @typedef {{
 *   item: string,
 *   place: string,
 *   refused?: (item: HTMLElement) => boolean,
 *   over?: (item: HTMLElement, place: HTMLElement | null) => void,
 *   drop: (item: HTMLElement, place: HTMLElement) => void,
 * }} Dragging
 */

/** Whether two points are farther apart than a hand trembles. */
export function moved(from, to, threshold = THRESHOLD_PX) {
  return Math.hypot(to.x - from.x, to.y - from.y) > threshold;
}

/** How far to scroll when the pointer is near an edge of a stretch that begins at 0 and is `size` long. */
export function edgeScroll(at, size) {
  if (at < EDGE_PX) return -SCROLL_PX;
  return at > size - EDGE_PX ? SCROLL_PX : 0;
}

class Drag {
  /** @type {HTMLElement | null} */
  place = null;

  /** @type {HTMLElement | null} */
  ghost = null;

  frame = 0;

  /**
   * @param {Dragging} how
   * @param {HTMLElement} item
   * @param {PointerEvent} event
   */
  constructor(how, item, event) {
    this.how = how;
    this.item = item;
    this.start = { x: event.clientX, y: event.clientY };
    this.at = this.start;
    const box = item.getBoundingClientRect();
    this.grip = { x: event.clientX - box.left, y: event.clientY - box.top };
    this.width = box.width;
  }

  get lifted() {
    return this.ghost !== null;
  }

  lift() {
    this.ghost = /** @type {HTMLElement} */ (this.item.cloneNode(true));
    this.ghost.removeAttribute("id");
    this.ghost.setAttribute("aria-hidden", "true");
    this.ghost.classList.add("drag-ghost");
    this.ghost.style.width = `${this.width}px`;
    document.body.append(this.ghost);
    this.item.classList.add("is-dragged");
    document.body.classList.add("is-dragging");
    this.follow();
    this.scroll();
  }

  /** @param {PointerEvent} event */
  to(event) {
    this.at = { x: event.clientX, y: event.clientY };
    if (this.lifted) this.follow();
  }

  follow() {
    if (!this.ghost) return;
    this.ghost.style.left = `${this.at.x - this.grip.x}px`;
    this.ghost.style.top = `${this.at.y - this.grip.y}px`;
    const under = document.elementFromPoint(this.at.x, this.at.y);
    const place = /** @type {HTMLElement | null} */ (under?.closest(this.how.place) ?? null);
    if (place === this.place) return;
    this.place = place;
    this.how.over?.(this.item, place);
  }

  scroll() {
    const step = edgeScroll(this.at.y, window.innerHeight);
    if (step) {
      window.scrollBy(0, step);
      this.follow();
    }
    this.frame = requestAnimationFrame(() => this.scroll());
  }

  end() {
    cancelAnimationFrame(this.frame);
    this.ghost?.remove();
    this.ghost = null;
    this.item.classList.remove("is-dragged");
    document.body.classList.remove("is-dragging");
    this.how.over?.(this.item, null);
  }
}

/**
 * Let what matches `item` be dragged onto what matches `place`; `refused` says no (and why) to one that is picked up.
 * @param {Dragging} how
 * @returns {() => boolean} puts down what is dragged, where it was; false when nothing is
 */
export function startDragging(how) {
  /** @type {Drag | null} */
  let drag = null;
  let rest = 0;
  let quiet = false;

  const stop = () => {
    clearTimeout(rest);
    drag?.end();
    drag = null;
  };

  const lift = () => {
    if (!drag) return;
    if (how.refused?.(drag.item)) stop();
    else drag.lift();
  };

  document.addEventListener("pointerdown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const item = /** @type {HTMLElement | null} */ (target.closest(how.item));
    if (!item || event.button !== 0 || target.closest("[data-undraggable]")) return;
    stop();
    drag = new Drag(how, item, event);
    if (event.pointerType !== "mouse") rest = window.setTimeout(lift, REST_MS);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.to(event);
    if (drag.lifted || !moved(drag.start, drag.at)) return;
    if (event.pointerType === "mouse") lift();
    else stop();
  });
  document.addEventListener("pointerup", () => {
    if (!drag) return;
    const { item, place, lifted } = drag;
    stop();
    if (!lifted) return;
    // The click that ends a drag opens nothing.
    quiet = true;
    setTimeout(() => {
      quiet = false;
    }, 0);
    if (place) how.drop(item, place);
  });
  document.addEventListener("pointercancel", stop);
  document.addEventListener(
    "click",
    (event) => {
      if (!quiet) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
  // A link inside would be dragged by the browser itself; a lifted finger must not scroll the page.
  document.addEventListener("dragstart", (event) => /** @type {HTMLElement} */ (event.target).closest?.(how.item) && event.preventDefault());
  document.addEventListener("touchmove", (event) => drag?.lifted && event.cancelable && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => drag?.lifted && event.preventDefault());
  return () => {
    if (!drag?.lifted) return false;
    stop();
    return true;
  };
}
