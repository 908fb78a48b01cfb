// x-data="counter" on a field: data-unit, data-limit; counts its textarea or input as the platform does.
import { count, level } from "../lib/count.js";

const NAMES = { bytes: "bytes", weighted: "characters", graphemes: "characters", utf16: "characters" };

export default () => ({
  length: 0,
  limit: 0,
  unit: "utf16",
  spoken: "",
  stood: "ok",
  init() {
    this.unit = this.$root.dataset.unit;
    this.limit = Number(this.$root.dataset.limit) || 0;
    this.box = this.$root.querySelector("textarea, input");
    this.listener = () => this.measure();
    this.box?.addEventListener("input", this.listener);
    this.measure();
  },
  destroy() {
    this.box?.removeEventListener("input", this.listener);
  },
  measure() {
    this.length = count(this.box?.value ?? "", this.unit);
    const left = this.limit - this.length;
    const stands = !this.limit ? "ok" : left < 0 ? "over" : left <= 20 ? "last" : "ok";
    if (stands !== this.stood) {
      this.spoken = stands === "over" ? `${-left} too many` : stands === "last" ? `${left} left` : "";
      this.stood = stands;
    }
  },
  get level() {
    return level(this.length, this.limit);
  },
  get warned() {
    return this.level !== "ok";
  },
  get text() {
    const noun = NAMES[this.unit] ?? "characters";
    if (!this.limit) return `${this.length} ${noun}`;
    const left = this.limit - this.length;
    return left < 0 ? `${this.length} of ${this.limit} ${noun}, ${-left} too many` : `${this.length} of ${this.limit} ${noun}`;
  },
});
