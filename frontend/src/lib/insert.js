// Hashtag groups and signatures, put into the text that a person was in last: where it is seen, and where it is saved.
// Texts are joined by the rules of the server (`with_hashtags` of the posts, `signed` of the library).
import { $, announce } from "./dom.js";

/**
 * The text with the hashtags that it does not contain yet.
 * @param {string} text
 * @param {string} hashtags `#herbs #balcony`
 */
export function withHashtags(text, hashtags) {
  const words = new Set(text.toLowerCase().split(/\s+/));
  const missing = hashtags.split(" ").filter((tag) => tag && !words.has(tag.toLowerCase()));
  return missing.length ? [text.trimEnd(), missing.join(" ")].filter(Boolean).join("\n\n") : text;
}

/**
 * The text with a signature below it, unless it ends with it already.
 * @param {string} text
 * @param {string} signature
 */
export function signed(text, signature) {
  const last = signature.trim();
  if (!last || text.trimEnd().endsWith(last)) return text;
  return text.trim() ? `${text.trimEnd()}\n\n${last}` : last;
}

export class Insert {
  /** @param {HTMLElement} root the choices; the texts are those of the form around it */
  constructor(root) {
    this.root = root;
    /** @type {any} */
    this.form = root.closest("form");
    this.box = this.form.elements.text;
    this.form.addEventListener("focusin", (event) => this.enter(event.target));
    // Choosing what to insert changes nothing of the post.
    for (const type of ["input", "change"]) root.addEventListener(type, (event) => event.stopPropagation());
    $("[data-insert-hashtags]", root)?.addEventListener("click", (event) => this.put(event, withHashtags));
    $("[data-insert-signature]", root)?.addEventListener("click", (event) => this.put(event, signed));
  }

  enter(box) {
    if (!box.matches("textarea[name=text], textarea[name$='-text']")) return;
    this.box = box;
    $("[data-insert-place]", this.root)?.replaceChildren(this.place());
  }

  place() {
    if (this.box.name === "text") return "the text for all accounts";
    const name = this.box.closest("section")?.querySelector("[id$='-name']");
    return `the text for ${name?.textContent.trim().replace(/\s+/g, " ") ?? "this account"}`;
  }

  put(event, join) {
    // A part that was fetched again has another field of the same name.
    const box = this.box.isConnected ? this.box : this.form.elements[this.box.name];
    const choice = event.currentTarget.parentElement.querySelector("[data-insert-choice]");
    const before = box.value.trim() || box.name === "text" ? box.value : this.form.elements.text.value;
    const after = join(before, choice.value);
    if (after === box.value) {
      announce("It is there already");
      return;
    }
    box.value = after;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    announce(`Added to ${this.place()}`);
  }
}
