// One row of the upload tray: what a person sees and can do while a file travels.
import { announce, el, icon } from "./dom.js";
import { bytes } from "./files.js";

const WORDS = {
  waiting: "Waiting",
  sending: "Uploading",
  paused: "Paused",
  done: "Uploaded",
  failed: "Stopped",
  refused: "Not uploaded",
};
const BUTTONS = {
  waiting: ["cancel"],
  sending: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  failed: ["retry", "cancel"],
  refused: ["dismiss"],
  done: ["dismiss"],
};
const LOOKS = {
  pause: ["Pause", "pause"],
  resume: ["Resume", "play"],
  retry: ["Retry", "rotate-cw"],
  cancel: ["Cancel", "x"],
  dismiss: ["Remove from list", "x"],
};

export class Row {
  constructor(name, size, act) {
    this.name = name;
    this.size = size;
    this.act = act;
    this.quarter = 0;
    this.note = el("span", { class: "text-muted text-sm" });
    this.bar = el("progress", { class: "cut-progress", attrs: { max: 100, value: 0, "aria-label": `Upload of ${name}` } });
    this.tools = el("div", { class: "flex items-center" });
    this.root = el("li", { class: "upload-row" }, [
      el("div", { class: "min-w-0" }, [el("div", { class: "truncate text-sm font-medium", text: name, attrs: { title: name } }), this.note]),
      this.tools,
      this.bar,
    ]);
  }

  /** Show a state; `detail` is a sentence beside it. */
  set(state, detail = "") {
    this.state = state;
    this.root.dataset.state = state;
    this.root.toggleAttribute("data-busy-upload", state === "sending" || state === "waiting");
    const bad = state === "failed" || state === "refused";
    this.note.className = bad ? "text-error text-sm font-medium" : "text-muted text-sm";
    const travelled = state === "paused" ? `${Math.floor(this.bar.value)} % of ${bytes(this.size)}` : bytes(this.size);
    this.note.textContent = [WORDS[state], travelled, detail].filter(Boolean).join(" · ");
    this.bar.hidden = state === "refused" || state === "done";
    this.draw();
    if (bad) announce(`${this.name}: ${detail}`);
  }

  draw() {
    const focused = this.tools.contains(document.activeElement);
    this.tools.replaceChildren(
      ...BUTTONS[this.state].map((what) => {
        const [label, glyph] = LOOKS[what];
        const attrs = { type: "button", "aria-label": `${label}: ${this.name}`, title: label };
        return el("button", { class: "icon-btn", attrs, on: { click: () => this.act(what) } }, [icon(glyph, 18)]);
      }),
    );
    if (focused) this.tools.querySelector("button")?.focus();
  }

  progress(sent, rate) {
    const pct = this.size ? Math.min(100, (sent / this.size) * 100) : 0;
    this.bar.value = pct;
    const left = rate > 0 ? Math.ceil((this.size - sent) / rate) : 0;
    const time = left > 90 ? `${Math.round(left / 60)} min left` : left > 0 ? `${left} s left` : "";
    this.note.textContent = [`${Math.floor(pct)} % of ${bytes(this.size)}`, rate > 0 ? `${bytes(rate)}/s` : "", time].filter(Boolean).join(" · ");
    const quarter = Math.floor(pct / 25);
    if (quarter > this.quarter) {
      this.quarter = quarter;
      announce(`${this.name}: ${quarter * 25} % uploaded`);
    }
  }
}
