// The draft of a page that is being written, saved by itself: a moment after the typing stops, and when the page goes.
// The server makes one draft per page. What it did not take stays in the browser's copy (`keep.js`).
import { headers, sentence } from "./csrf.js";

const PAUSE_MS = 3000;
const AGAIN_MS = 15000;
const AWAY = "Not saved as a draft yet: the server could not be reached. What you wrote is kept in this browser.";
const FINAL = new Set([401, 402, 403, 404, 409]);

/** What a form says now, as it is sent. */
function wordsOf(form) {
  const words = [...new FormData(form)].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
  return new URLSearchParams(words).toString();
}

/** The same, whatever version it was read at. */
function comparable(words) {
  const found = new URLSearchParams(words);
  for (const name of ["version", "csrfmiddlewaretoken", "_kept"]) found.delete(name);
  return found.toString();
}

export class Autosave {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @type {Promise<void> | null} */
  underway = null;

  /**
   * @param {any} form
   * @param {HTMLElement} line where it says how it goes
   * @param {{ send?: typeof fetch, read?: (form: HTMLFormElement) => string }} [parts] other ones in tests
   */
  constructor(form, line, { send = (...args) => fetch(...args), read = wordsOf } = {}) {
    this.form = form;
    this.line = line;
    this.send = send;
    this.read = read;
    this.address = line.dataset.autosave ?? "";
    // What `keep.js` has put back is not on the server yet.
    this.saved = form.dataset.dirty ? "" : comparable(read(form));
    this.unanswered = "";
    this.stopped = false;
    this.pressed = false;
  }

  start() {
    if (this.isNew) this.later();
    for (const type of ["input", "change"]) this.form.addEventListener(type, () => this.later());
    this.form.addEventListener("submit", (event) => this.press(event), { capture: true });
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("online", () => this.later(0));
    // Back on a page that a press had left.
    window.addEventListener("pageshow", () => {
      this.pressed = false;
    });
  }

  get isNew() {
    return comparable(this.read(this.form)) !== this.saved;
  }

  later(pause = PAUSE_MS) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), pause);
  }

  /** A press of a button saves all of it; it waits for a save under way, whose version it needs. */
  press(event) {
    clearTimeout(this.timer);
    if (!this.underway) {
      this.pressed = true;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    this.underway.finally(() => this.form.requestSubmit(submitter));
  }

  /** The page goes, and nobody waits for the answer. */
  leave() {
    if (this.stopped || this.pressed || this.underway || !this.isNew) return;
    const body = this.unanswered || this.read(this.form);
    this.request(body, { keepalive: true }).catch(() => undefined);
  }

  save() {
    clearTimeout(this.timer);
    if (this.stopped || this.pressed || this.underway || !this.isNew) return this.underway ?? Promise.resolve();
    this.underway = this.once().finally(() => {
      this.underway = null;
    });
    return this.underway;
  }

  async once() {
    // A save without an answer may have arrived: it is repeated as it was, which changes nothing then.
    const body = this.unanswered || this.read(this.form);
    this.unanswered = body;
    let response;
    let answer;
    try {
      response = await this.request(body);
      answer = await response.json().catch(() => null);
    } catch {
      response = null;
    }
    if (!response || response.status >= 500) {
      this.say(AWAY);
      this.later(AGAIN_MS);
      return;
    }
    this.unanswered = "";
    if (!response.ok || !answer) this.refused(response.status, answer);
    else if (answer.saved) this.took(body, answer);
  }

  request(body, more = {}) {
    const type = { "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true", "HX-Current-URL": location.href };
    return this.send(this.address, { method: "POST", body, credentials: "same-origin", headers: { ...headers(), ...type }, ...more });
  }

  took(body, answer) {
    this.saved = comparable(body);
    this.form.elements.version.value = answer.version;
    this.address = `${answer.address}_draft/`;
    this.form.dispatchEvent(new CustomEvent("kept:taken"));
    if (location.pathname !== answer.address) history.replaceState(history.state, "", answer.address);
    if (this.isNew) this.later();
    else if (answer.whole) delete this.form.dataset.dirty;
    if (this.isNew || !answer.whole) this.form.dispatchEvent(new CustomEvent("kept:again"));
    this.say(answer.whole ? answer.words : `${answer.words}, without its time`);
  }

  refused(status, answer) {
    this.stopped = FINAL.has(status);
    const more = status === 409 ? " Press “Save draft” to see both." : "";
    this.say(`Not saved as a draft: ${sentence(status, answer)}${more}`);
  }

  say(words) {
    if (this.line.textContent !== words) this.line.textContent = words;
  }
}
