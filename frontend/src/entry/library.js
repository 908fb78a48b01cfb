// The selection of lists (all, ranges, keys) and the inspector below a video's timeline.
import { $, $$, announce, onArrival } from "../lib/dom.js";

class Selection {
  constructor(form) {
    this.form = form;
    this.last = null;
    this.all = $("[data-bulk-all]", form);
    this.count = $("[data-bulk-count]", form);
    this.actions = $("[data-bulk-actions]", form);
    this.list = form.closest("[data-bulk-list]");
    this.all?.addEventListener("change", () => this.set(this.all.checked));
    this.list.addEventListener("click", (event) => this.click(event));
    this.list.addEventListener("change", () => this.changed());
    this.list.addEventListener("keydown", (event) => this.key(event));
    // Rows that are drawn anew stay chosen.
    this.chosen = new Set();
    new MutationObserver(() => this.again()).observe(this.list, { childList: true, subtree: true });
    this.changed();
  }

  boxes() {
    return $$("input[form=bulk]", this.list);
  }

  set(on) {
    for (const box of this.boxes()) box.checked = on;
    this.changed();
  }

  click(event) {
    const box = event.target.closest("input[form=bulk]");
    if (!box) return;
    const boxes = this.boxes();
    if (event.shiftKey && this.last?.isConnected) {
      const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      this.changed();
    }
    this.last = box;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    if (event.key === "a") {
      event.preventDefault();
      this.set(this.boxes().some((box) => !box.checked));
    } else if (event.key === "Delete" && this.boxes().some((box) => box.checked)) {
      event.preventDefault();
      this.form.requestSubmit($("[data-bulk-delete]", this.form));
    }
  }

  changed() {
    for (const box of this.boxes()) this.chosen[box.checked ? "add" : "delete"](box.value);
    this.show();
  }

  again() {
    for (const box of this.boxes()) box.checked ||= this.chosen.has(box.value);
    this.show();
  }

  show() {
    const boxes = this.boxes();
    const chosen = boxes.filter((box) => box.checked).length;
    const text = chosen ? `${chosen} of ${boxes.length} chosen` : "Choose all";
    if (this.count.textContent !== text) {
      this.count.textContent = text;
      if (chosen) announce(text);
    }
    this.actions.hidden = chosen === 0;
    this.all.checked = chosen > 0 && chosen === boxes.length;
    this.all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

onArrival("form[data-bulk]", (form) => new Selection(form));

// What the chosen part of a timeline is: the words are those of the table below it.
document.addEventListener("timeline:segment", (/** @type {Event & { target: HTMLElement }} */ event) => {
  const inspector = $("[data-inspector]", event.target);
  const row = $(`[data-segment-row="${CSS.escape(event.detail.id)}"]`);
  if (!inspector || !row) return;
  const [part, from, to, length, words] = [...row.cells].map((cell) => (cell.querySelector("button") ?? cell).textContent.trim());
  inspector.textContent = `${part}: ${from} to ${to} (${length}). ${words}`;
});

// Tables whose heads sort: each head becomes a button; rows move, nothing is fetched.
onArrival("tr[data-sortable]", (head) => {
  const body = head.closest("table").tBodies[0];
  for (const [place, cell] of [...head.cells].entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort-button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "ascending";
      for (const other of head.cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => row.cells[place].dataset.value ?? row.cells[place].textContent;
      const compare = (a, b) => value(a).localeCompare(value(b), undefined, { numeric: true }) * (down ? -1 : 1);
      body.append(...[...body.rows].sort(compare));
      announce(`Sorted by ${button.textContent.trim()}, ${down ? "descending" : "ascending"}`);
    });
  }
});

// The preview dialog: nothing goes on playing behind it, and the next video never shows the one before.
onArrival("#video-preview", (dialog) =>
  dialog.addEventListener("close", () => {
    $("video", dialog)?.pause();
    $("#video-preview-body", dialog)?.replaceChildren();
  }),
);
