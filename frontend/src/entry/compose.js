// The composer. The file picker: what is chosen, in which order, found by name; the check boxes stay the truth. And the
// draft that is saved while a person writes.
import { Autosave } from "../lib/autosave.js";
import { $, $$, announce, el, icon, onArrival } from "../lib/dom.js";
import { Insert } from "../lib/insert.js";

class Picker {
  constructor(root) {
    this.root = root;
    this.strip = $("[data-picker-chosen]", root);
    this.orderField = $("input[name=media_order]", root.closest("form"));
    this.order = this.boxes()
      .filter((box) => box.checked)
      .map((box) => box.value);
    root.closest("form").addEventListener("kept:filled", () => this.again());
    root.addEventListener("change", (event) => event.target.name === "media" && this.toggle(event.target));
    for (const name of ["search", "kind"]) {
      $(`[data-picker-${name}]`, root)?.addEventListener("input", (event) => {
        // Looking for a file changes nothing of the post.
        event.stopPropagation();
        this.filter();
      });
      $(`[data-picker-${name}]`, root)?.addEventListener("change", (event) => event.stopPropagation());
    }
    $("[data-picker-search]", root)?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    this.draw();
  }

  boxes() {
    return $$("input[name=media]", this.root);
  }

  /** The form was filled in with what was kept. */
  again() {
    const checked = new Set(this.boxes().filter((box) => box.checked).map((box) => box.value));
    this.order = this.orderField.value.split(",").filter((key) => checked.has(key));
    for (const key of checked) if (!this.order.includes(key)) this.order.push(key);
    this.draw();
  }

  toggle(box) {
    this.order = this.order.filter((key) => key !== box.value);
    if (box.checked) this.order.push(box.value);
    this.draw();
    announce(this.order.length === 1 ? "1 file chosen" : `${this.order.length} files chosen`);
  }

  move(key, by) {
    const from = this.order.indexOf(key);
    const to = from + by;
    if (to < 0 || to >= this.order.length) return;
    this.order.splice(from, 1);
    this.order.splice(to, 0, key);
    this.draw();
    $(`[data-key="${CSS.escape(key)}"] [data-by="${by}"]`, this.strip)?.focus();
    announce(`Now at place ${to + 1} of ${this.order.length}`);
    this.changed();
  }

  drop(key) {
    const box = this.boxes().find((one) => one.value === key);
    if (box) box.checked = false;
    this.order = this.order.filter((one) => one !== key);
    this.draw();
    box?.focus();
    this.changed();
  }

  /** The order belongs to the post: whoever watches the form learns of it. */
  changed() {
    this.orderField.dispatchEvent(new Event("change", { bubbles: true }));
  }

  filter() {
    const words = $("[data-picker-search]", this.root).value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = $("[data-picker-kind]", this.root).value;
    let shown = 0;
    for (const item of $$("[data-picker-item]", this.root)) {
      const fits = words.every((word) => item.dataset.name.includes(word)) && (!kind || item.dataset.kind === kind);
      item.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    $("[data-picker-none]", this.root)?.classList.toggle("hidden", shown > 0);
  }

  draw() {
    this.orderField.value = this.order.join(",");
    this.strip.replaceChildren(...this.order.map((key, place) => this.row(key, place)));
    this.strip.hidden = this.order.length === 0;
  }

  row(key, place) {
    const item = $(`#pick-${CSS.escape(key)}`, this.root)?.closest("[data-picker-item]");
    const name = $("span.font-medium.break-words", item)?.textContent ?? "File";
    const picture = $("img", item);
    const small = picture
      ? el("img", { class: "rounded-field size-10 object-cover", attrs: { src: picture.src, alt: "" } })
      : icon("film", 24);
    const tool = (label, glyph, by, act) => {
      const button = el("button", { class: "icon-btn size-8", attrs: { type: "button", "aria-label": `${label} ${name}`, title: label, "data-by": by } });
      button.append(icon(glyph, 16));
      button.addEventListener("click", act);
      return button;
    };
    const tools = [];
    if (place > 0) tools.push(tool("Earlier:", "chevron-left", -1, () => this.move(key, -1)));
    if (place < this.order.length - 1) tools.push(tool("Later:", "chevron-right", 1, () => this.move(key, 1)));
    tools.push(tool("Leave out", "x", 0, () => this.drop(key)));
    return el("li", { class: "border-base-300 rounded-field flex max-w-full items-center gap-2 border p-1", attrs: { "data-key": key } }, [
      el("span", { class: "tnum text-muted w-5 text-center text-sm", text: String(place + 1) }),
      small,
      el("span", { class: "max-w-28 truncate text-xs", text: name, attrs: { title: name } }),
      el("span", { class: "flex" }, tools),
    ]);
  }
}

onArrival("[data-picker]", (root) => new Picker(root));
onArrival("[data-insert]", (root) => new Insert(root));
onArrival("[data-autosave]", (line) => new Autosave(line.closest("form"), line).start());
