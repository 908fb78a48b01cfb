// The calendar of posts: dragging, keys and "Move to…", each shown at once, put back when it fails, and undone on demand.
// What others change arrives as a hint by the socket; the cells it touches are fetched again.
import { $, $$, announce } from "../lib/dom.js";
import { ApiError, headers } from "../lib/csrf.js";
import { startDragging } from "../lib/dnd.js";
import { cellsOf, into, later } from "../lib/wall.js";

const { elevo } = window;
const SETTLE_MS = 300;
const GATHER_MS = 250;
const STEPS = { ArrowLeft: -24 * 60, ArrowRight: 24 * 60, ArrowUp: -15, ArrowDown: 15 };

const root = () => $("[data-calendar]");
/** @type {(node: Element, selector: string) => any} */
const $of = (node, selector) => node.closest(selector);
const cell = (key) => document.getElementById(`cell-${key}`);
const cellOf = (item) => item.closest("[data-cell]");

/** The cell of the page in which a wall time stands, if it is shown. */
function cellAt(wall) {
  const keys = root().dataset.view === "week" ? cellsOf(wall).slice(1) : cellsOf(wall).slice(0, 1);
  return cell(keys[0]);
}

/** POST a form and read JSON; throws ApiError with a sentence for a person. */
async function send(url, fields) {
  const response = await fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { Accept: "application/json", "HX-Request": "true", ...headers() },
    body: new URLSearchParams(fields),
  }).catch(() => null);
  if (!response) throw new ApiError(0, { message: "The server could not be reached, so nothing was moved. Check your connection." });
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}

/** @param {unknown} error */
const words = (error) => (error instanceof Error ? error.message : String(error));

/** Fetch cells again and put them in the place of those shown. */
class Cells {
  /** @type {Set<string>} */
  wanted = new Set();
  timer = 0;

  /** @param {Iterable<string>} keys */
  ask(keys, wait = GATHER_MS) {
    for (const key of keys) this.wanted.add(key);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.fetch(), wait);
  }

  all() {
    return $$("[data-cell]", root()).map((node) => node.dataset.cell);
  }

  /** Everything, unless nothing has changed since the page was drawn. */
  async check() {
    await this.fetch(this.all(), root().dataset.drawn);
  }

  async fetch(keys = [...this.wanted], since = "") {
    // What is being dragged must not be taken out of the hand.
    if (document.body.classList.contains("is-dragging")) return void this.ask([]);
    this.wanted.clear();
    const home = root();
    if (!home || !keys.length) return;
    const query = new URLSearchParams(location.search);
    query.set("view", home.dataset.view);
    for (const key of keys) query.append("cell", key);
    if (since) query.set("since", since);
    const response = await fetch(`${home.dataset.cells}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!response?.ok || response.status === 204) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const fresh of $$("[data-cell]", page)) this.put(fresh);
  }

  put(fresh) {
    const old = document.getElementById(fresh.id);
    if (!old || old.outerHTML === fresh.outerHTML) return;
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const post = held && $of(held, "[data-move]")?.dataset.move;
    const node = document.adoptNode(fresh);
    old.replaceWith(node);
    window.htmx.process(node);
    if (held) (post ? $(`[data-move="${CSS.escape(post)}"] a`, root()) : $("a", node))?.focus({ preventScroll: true });
  }
}

const cells = new Cells();

/** Show an item where it is going to be; returns what puts it back. */
function place(item, target) {
  const [home, next] = [item.parentElement, item.nextSibling];
  if (target && target !== cellOf(item)) {
    let list = $("ul", target);
    if (!list) {
      list = document.createElement("ul");
      list.className = "calendar-entries";
      target.append(list);
    }
    list.append(item);
  }
  return () => home.insertBefore(item, next?.isConnected ? next : null);
}

function tell(told, sources) {
  elevo.toast({ level: "success", text: told.words, undo: () => undo(told.undo, sources) });
  for (const note of told.notes) elevo.toast({ level: "warning", text: note });
}

async function undo(key, sources) {
  try {
    const told = await send(root().dataset.undo, { key });
    elevo.toast({ level: "success", text: told.words });
  } catch (error) {
    elevo.toast({ level: "error", text: words(error) });
  }
  cells.ask(sources, 0);
  drafts();
}

function drafts() {
  const tray = $("#calendar-drafts");
  if (tray) window.htmx.ajax("GET", tray.dataset.url, { target: tray, swap: "outerHTML" });
}

/** Give an item the wall time; `back` is called when that fails. */
async function move(item, wall, back) {
  const target = cellAt(wall);
  const sources = [cellOf(item)?.dataset.cell, target?.dataset.cell, item.dataset.wall && cellAt(item.dataset.wall)?.dataset.cell].filter(Boolean);
  item.setAttribute("aria-busy", "true");
  try {
    const fields = { date: wall.slice(0, 10), time: wall.slice(11, 16), tz: root().dataset.zone };
    const told = await send(item.dataset.move, item.dataset.seen ? { ...fields, seen: item.dataset.seen } : fields);
    tell(told, sources);
    if (!item.dataset.seen) drafts();
  } catch (error) {
    back();
    elevo.toast({ level: "error", text: words(error) });
  } finally {
    item.removeAttribute("aria-busy");
    cells.ask(sources, 0);
  }
}

/** The dialog "Move to…", which is a page of its own without scripts. */
async function openMove(url, opener) {
  await window.htmx.ajax("GET", url, { target: "#move-form", swap: "innerHTML" });
  elevo.openDialog($("#move-dialog"), opener);
}

const release = startDragging({
  item: "[data-move]",
  place: "[data-calendar] [data-cell]",
  refused(item) {
    if (!item.dataset.fixed) return false;
    elevo.toast({ level: "info", text: item.dataset.fixed });
    return true;
  },
  over(item, target) {
    for (const node of $$(".is-over, .is-closed")) node.classList.remove("is-over", "is-closed");
    target?.classList.add(target.dataset.closed ? "is-closed" : "is-over");
  },
  drop(item, target) {
    const key = String(target.dataset.cell);
    if (target.dataset.closed) return void elevo.toast({ level: "warning", text: target.dataset.closed });
    if (target === cellOf(item)) return undefined;
    // A draft has no clock time to keep: an hour says one, a day does not.
    if (!item.dataset.seen && key.length === 10) return void openMove(`${item.dataset.move}?day=${key}&tz=${encodeURIComponent(root().dataset.zone)}`, $("a", item));
    const wall = into(item.dataset.wall ?? `${key.slice(0, 10)}T09:00`, key);
    return void move(item, wall, place(item, target));
  },
});
elevo.onEscape("drag", release);

/** Keys gather until the person pauses: holding one moves a post by many days in one step. */
const held = new WeakMap();

function onKey(event) {
  const minutes = STEPS[event.key];
  const item = event.target.closest?.("[data-calendar] [data-move]");
  if (!event.altKey || event.ctrlKey || event.metaKey || !minutes || !item) return;
  event.preventDefault();
  if (item.dataset.fixed) return void elevo.toast({ level: "info", text: item.dataset.fixed });
  if (!item.dataset.seen) return void openMove($(".calendar-move", item).href, event.target);
  const before = held.get(item) ?? { wall: item.dataset.wall, back: [] };
  clearTimeout(before.timer);
  const wall = later(before.wall, minutes);
  before.back.push(place(item, cellAt(wall)));
  event.target.focus({ preventScroll: true });
  announce(`${wall.slice(0, 10)} ${wall.slice(11)}`);
  const timer = setTimeout(() => {
    held.delete(item);
    move(item, wall, () => before.back.toReversed().forEach((put) => put()));
  }, SETTLE_MS);
  held.set(item, { wall, back: before.back, timer });
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (/** @type {MouseEvent & { target: HTMLElement }} */ event) => {
  const link = $of(event.target, "a.calendar-move");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openMove(link.href, link);
});
document.body.addEventListener("schedule:moved", (event) => {
  elevo.closeDialog($("#move-dialog"));
  tell(event.detail, cells.all());
  cells.ask(cells.all(), 0);
  drafts();
});

/** What others changed: the cells in which its instants lie. */
function touched(times) {
  const instants = times.map((time) => Date.parse(time));
  return $$("[data-cell][data-from]", root())
    .filter((node) => instants.some((at) => at >= Date.parse(node.dataset.from) && at < Date.parse(node.dataset.to)))
    .map((node) => node.dataset.cell);
}

const home = root();
if (home) {
  document.body.addEventListener(`ws:${home.dataset.topics}`, (event) => {
    const { type, data } = event.detail;
    if (type === "schedule.changed" && root()) cells.ask(data.whole ? cells.all() : touched(data.times), GATHER_MS + Math.random() * GATHER_MS);
  });
  for (const name of ["ws:resync", "poll:tick"]) document.body.addEventListener(name, () => root() && cells.check());
}
