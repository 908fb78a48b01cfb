// The pattern timeline of a video: playhead, keys, rows, zoom, segments. The drawing itself comes from the server.
import { $, $$, announce, onArrival } from "../lib/dom.js";
import { clamp, counterpart, moved, neighbour, tileAt, timecode, valueText } from "../lib/axis.js";

const numbers = (text) => (text ?? "").split(",").map(Number).filter((value) => Number.isFinite(value) && value > 0);

class Timeline {
  constructor(root) {
    this.root = root;
    this.video = $("[data-timeline-video]", root) ?? document.querySelector("[data-timeline-video]");
    this.canvas = $(".timeline-canvas", root);
    this.head = $("[data-timeline-playhead]", root);
    this.duration = Number(root.dataset.duration) || 0;
    // The axis may be longer than the video: videos are compared over one axis.
    this.axis = Number(root.dataset.axis) || this.duration;
    this.fps = Number(root.dataset.fps) || 30;
    this.cuts = numbers(root.dataset.cuts);
    this.hookEnd = Number(root.dataset.hookEnd) || 0;
    this.time = 0;
    if (!this.canvas || !this.head || !this.duration) return;
    this.dress();
    this.listen();
    this.show(0);
    // A link of evidence names its moment: /videos/<id>/?t=3.2
    const asked = Number(new URLSearchParams(location.search).get("t"));
    if (asked > 0) this.seek(Math.min(asked, this.duration));
  }

  dress() {
    this.head.classList.add("timeline-playhead");
    const attrs = { role: "slider", tabindex: "0", "aria-label": "Playhead", "aria-orientation": "horizontal", "aria-valuemin": "0", "aria-valuemax": this.duration.toFixed(1) };
    for (const [name, value] of Object.entries(attrs)) this.head.setAttribute(name, value);
  }

  listen() {
    this.head.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    this.watch();
    this.root.addEventListener("click", (event) => this.click(event));
    document.addEventListener("click", (/** @type {Event & { target: HTMLElement }} */ event) => {
      const seek = /** @type {HTMLElement | null} */ (event.target.closest("[data-seek]"));
      if (seek && this.root.isConnected) this.seek(Number(seek.dataset.seek));
    });
    if (!this.video) return;
    const follow = () => {
      this.show(this.video.currentTime);
      if (!this.video.paused && this.root.isConnected) requestAnimationFrame(follow);
    };
    this.video.addEventListener("play", () => {
      this.playing(true);
      requestAnimationFrame(follow);
    });
    for (const type of ["pause", "ended"]) this.video.addEventListener(type, () => this.playing(false));
    this.video.addEventListener("seeked", () => this.video.paused && this.show(this.video.currentTime));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") {
      event.preventDefault();
      this.toggle();
      return;
    }
    const { time, duration, fps, cuts } = this;
    const target = moved(event.key, { shift: event.shiftKey, time, duration, fps, cuts });
    if (target === undefined) return;
    event.preventDefault();
    this.seek(target);
  }

  grab(event) {
    if (event.button !== 0 || event.target.closest("button, a")) return;
    const at = (move) => {
      const box = this.canvas.getBoundingClientRect();
      return clamp(((move.clientX - box.left) / box.width) * this.axis, 0, this.duration);
    };
    const segment = event.target.closest("[data-segment]");
    if (segment) this.pick(segment);
    this.seek(at(event));
    if (event.pointerType === "touch" && !event.target.closest("[data-timeline-playhead]")) return;
    const move = (next) => this.seek(at(next));
    const stop = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", stop);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", stop);
    this.head.focus({ preventScroll: true });
    event.preventDefault();
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { timelinePlay, timelineStep, timelineZoom, timelineRow } = button.dataset;
    if (timelinePlay !== undefined) this.toggle();
    else if (timelineStep) this.seek(neighbour(this.cuts, this.time, Number(timelineStep), this.duration));
    else if (timelineZoom) this.zoom(timelineZoom);
    else if (timelineRow) this.row(button, timelineRow);
  }

  /** The picture under the pointer, small, while a mouse passes over. */
  watch() {
    const peek = $("[data-timeline-peek]", this.root);
    if (!peek || !tileAt(0, this.root.dataset.tiles)) return;
    this.canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") this.peek(peek, event.clientX);
    });
    this.canvas.addEventListener("pointerleave", () => peek.setAttribute("hidden", ""));
  }

  peek(peek, x) {
    const box = this.canvas.getBoundingClientRect();
    const time = clamp(((x - box.left) / box.width) * this.axis, 0, this.duration);
    const tile = tileAt(time, this.root.dataset.tiles);
    if (!tile) return;
    const high = 96;
    const wide = Math.round((high * tile.width) / tile.height);
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const image = document.createElementNS(space, "image");
    svg.setAttribute("width", String(wide));
    svg.setAttribute("height", String(high));
    svg.setAttribute("viewBox", `${tile.x} ${tile.y} ${tile.width} ${tile.height}`);
    image.setAttribute("href", this.root.dataset.sprite);
    image.setAttribute("width", String(tile.columns * tile.width));
    image.setAttribute("height", String(tile.rows * tile.height));
    svg.append(image);
    const words = document.createElement("span");
    words.textContent = timecode(time);
    peek.replaceChildren(svg, words);
    peek.style.left = `${clamp(x - box.left - wide / 2, 0, box.width - wide)}px`;
    peek.removeAttribute("hidden");
  }

  zoom(factor) {
    this.root.dataset.zoom = factor;
    for (const button of $$("[data-timeline-zoom]", this.root)) button.setAttribute("aria-pressed", String(button.dataset.timelineZoom === factor));
    this.reveal();
    announce(factor === "1" ? "The whole video" : `${factor} times wider`);
  }

  row(button, name) {
    const shown = button.getAttribute("aria-pressed") !== "false";
    button.setAttribute("aria-pressed", String(!shown));
    for (const row of $$(`[data-row="${CSS.escape(name)}"]`, this.root)) row.toggleAttribute("hidden", shown);
  }

  pick(segment) {
    for (const other of $$("[data-segment][aria-current]", this.root)) other.removeAttribute("aria-current");
    segment.setAttribute("aria-current", "true");
    const detail = { id: segment.dataset.segment, start: Number(segment.dataset.start), end: Number(segment.dataset.end) };
    this.root.dispatchEvent(new CustomEvent("timeline:segment", { detail, bubbles: true }));
  }

  seek(time) {
    const target = clamp(time, 0, this.duration);
    if (this.video) this.video.currentTime = target;
    this.show(target);
    this.root.dispatchEvent(new CustomEvent("timeline:moved", { detail: { time: target, duration: this.duration }, bubbles: true }));
  }

  toggle() {
    if (!this.video) return;
    if (this.video.paused) this.video.play().catch(() => announce("This video cannot be played here."));
    else this.video.pause();
  }

  playing(on) {
    for (const button of $$("[data-timeline-play]", this.root)) {
      button.setAttribute("aria-pressed", String(on));
      const word = button.querySelector("[data-timeline-play-word]");
      if (word) word.textContent = on ? "Pause" : "Play";
    }
  }

  show(time) {
    this.time = clamp(time, 0, this.duration);
    this.head.style.left = `${(this.time / this.axis) * 100}%`;
    this.head.setAttribute("aria-valuenow", this.time.toFixed(1));
    this.head.setAttribute("aria-valuetext", valueText(this.time, this));
    const side = this.root.dataset.side;
    const clocks = side ? $$(`[data-timeline-time-of="${side}"]`) : $$("[data-timeline-time]", this.root);
    for (const node of clocks) node.textContent = `${timecode(this.time)} / ${timecode(this.duration)}`;
    this.reveal();
  }

  /** Keep the playhead in sight while zoomed in. */
  reveal() {
    const scroll = this.canvas.parentElement;
    if (!scroll || scroll.scrollWidth <= scroll.clientWidth) return;
    const at = (this.time / this.axis) * this.canvas.clientWidth;
    if (at < scroll.scrollLeft + 24 || at > scroll.scrollLeft + scroll.clientWidth - 24) scroll.scrollLeft = at - scroll.clientWidth / 2;
  }
}

const timelines = new Map();

onArrival("[data-timeline]", (root) => {
  for (const known of timelines.keys()) if (!known.isConnected) timelines.delete(known);
  timelines.set(root, new Timeline(root));
});

// Compared videos: one playhead may move the others along; off until asked for.
const linked = () => $("[data-timeline-link]")?.getAttribute("aria-pressed") === "true";

document.addEventListener("click", (/** @type {Event & { target: HTMLElement }} */ event) => {
  const button = event.target.closest("[data-timeline-link]");
  if (!button) return;
  button.setAttribute("aria-pressed", String(!linked()));
  announce(linked() ? "The playheads move together" : "Each playhead moves by itself");
});

document.addEventListener("timeline:moved", (event) => {
  if (!linked()) return;
  const { time, duration } = event.detail;
  for (const [root, other] of timelines) {
    if (root === event.target || !other.duration) continue;
    other.show(counterpart(time, duration, other.duration, "byShare" in root.dataset));
  }
});
