// One socket per page. Events are hints: they become `ws:<topic>` DOM events; fragments then fetch their own HTML.
// While it is down, `poll:tick` fires every 10 s and a banner says so. `ws:resync` fires once a subscription is in force,
// since what happened between the page and then was told to nobody; from there on `data-live` is on the body.
import { $, $$ } from "./dom.js";

const BANNER_MS = 5000;
const POLL_MS = 10000;
const BEAT_MS = 25000;
const SUPPORTED = 1;

/** Full jitter: anywhere between a floor and a bound that doubles from 1 s to 30 s. */
export function backoff(attempt, random = Math.random) {
  return 250 + random() * Math.min(30000, 1000 * 2 ** attempt);
}

/** What to subscribe and to drop when the page shows other topics than before. */
export function difference(have, want) {
  return { add: [...want].filter((topic) => !have.has(topic)), drop: [...have].filter((topic) => !want.has(topic)) };
}

export function topicsOf(root = document) {
  const found = new Set();
  for (const node of $$("[data-topics]", root)) {
    for (const topic of node.dataset.topics.split(/\s+/)) if (topic) found.add(topic);
  }
  for (const node of $$("[data-job]", root)) if (node.dataset.job) found.add(`job:${node.dataset.job}`);
  return found;
}

/** Progress is painted straight from the event: numbers and plain text only. */
export function paintProgress(topic, data, root = document) {
  const id = topic.startsWith("job:") ? topic.slice(4) : "";
  if (!id) return;
  for (const node of $$(`[data-job="${CSS.escape(id)}"]`, root)) {
    const bar = $("progress", node);
    if (bar && Number.isFinite(data.pct)) bar.value = data.pct;
    const pct = $("[data-job-pct]", node);
    if (pct && Number.isFinite(data.pct)) pct.textContent = `${Math.round(data.pct)} %`;
    const stage = $("[data-job-stage]", node);
    if (stage && data.stage) stage.textContent = data.stage;
  }
}

export class Socket {
  /** @type {WebSocket | undefined} */
  raw;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @type {ReturnType<typeof setInterval> | undefined} */
  beat;

  /** @type {ReturnType<typeof setInterval> | 0} */
  poll = 0;

  attempt = 0;
  have = new Set();
  want = new Set();
  /** @type {ReturnType<typeof setTimeout>[]} */
  downTimers = [];
  stopped = false;
  pings = 0;
  pongs = 0;
  heardAt = 0;

  /**
   * @param {string} url
   * @param {{ make?: (address: string) => any, body?: HTMLElement }} [parts] other ones in tests
   */
  constructor(url, { make = (address) => new WebSocket(address), body = document.body } = {}) {
    this.url = url;
    this.make = make;
    this.body = body;
  }

  start() {
    this.connect();
    window.addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retryNow());
  }

  connect() {
    if (this.stopped) return;
    const raw = this.make(this.url);
    this.raw = raw;
    raw.addEventListener("open", () => this.up());
    raw.addEventListener("message", (/** @type {MessageEvent} */ event) => this.receive(event.data));
    raw.addEventListener("close", (/** @type {CloseEvent} */ event) => this.down(event));
  }

  up() {
    this.attempt = 0;
    this.pings = this.pongs = this.heardAt = 0;
    this.have.clear();
    for (const timer of this.downTimers) clearTimeout(timer);
    this.downTimers = [];
    clearInterval(this.poll);
    this.poll = 0;
    this.beat = setInterval(() => this.ping(), BEAT_MS);
    banner("");
    this.sync();
  }

  down(event) {
    clearInterval(this.beat);
    this.have.clear();
    delete this.body.dataset.live;
    if (event?.code === 4401 || event?.code === 4403) this.stopped = true;
    if (!this.poll) {
      this.downTimers.push(setTimeout(() => banner("Live updates are paused. Trying to reconnect…"), BANNER_MS));
      this.poll = setInterval(() => this.emit("poll:tick", {}), POLL_MS);
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => this.connect(), backoff(this.attempt));
    this.attempt += 1;
  }

  retryNow() {
    if (this.raw?.readyState !== 3 || this.stopped) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    this.connect();
  }

  /** Follow the topics that the page shows now. */
  sync(topics = topicsOf()) {
    this.want = topics;
    if (this.raw?.readyState !== 1) return;
    const { add, drop } = difference(this.have, this.want);
    if (add.length) {
      this.send({ op: "sub", topics: add });
      // Requests are answered in order, so the answer to this one means that the topics are heard.
      this.heardAt = this.ping();
      delete this.body.dataset.live;
    }
    if (drop.length) this.send({ op: "unsub", topics: drop });
    this.have = new Set(this.want);
  }

  /** Ask for a sign of life; returns how many were asked for. */
  ping() {
    this.send({ op: "ping" });
    this.pings += 1;
    return this.pings;
  }

  /** A sign of life; the one after the newest subscription means that all of it is in force. */
  pong() {
    this.pongs += 1;
    if (!this.heardAt || this.pongs < this.heardAt) return;
    this.heardAt = 0;
    this.emit("ws:resync", {});
    this.body.dataset.live = "";
  }

  send(message) {
    if (this.raw?.readyState === 1) this.raw.send(JSON.stringify(message));
  }

  receive(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (!message || typeof message.type !== "string") return;
    if (message.v !== undefined && message.v !== SUPPORTED) return void this.emit("ws:resync", {});
    if (message.type === "pong") return void this.pong();
    if (message.type === "resync") return void this.emit("ws:resync", {});
    if (message.type === "toast") return void this.emit("toast", message.data ?? {});
    const topic = message.topic ?? "";
    if (message.type === "job.progress") paintProgress(topic, message.data ?? {});
    if (!topic) return;
    const name = message.type === "job.progress" || message.type.endsWith(".delta") ? `ws:${topic}:${message.type.split(".").at(-1)}` : `ws:${topic}`;
    this.emit(name, message);
  }

  emit(name, detail) {
    this.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

function banner(text) {
  const node = $("#offline");
  if (!node) return;
  node.textContent = text;
  node.hidden = !text;
}

export function startSocket() {
  if (!("signedIn" in document.body.dataset)) return null;
  const url = new URL("/ws/app/", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new Socket(url.href);
  let wanted = topicsOf();
  let queued = false;
  const ensure = () => {
    queued = false;
    wanted = topicsOf();
    if (wanted.size && !socket.raw) socket.start();
    else socket.sync(wanted);
  };
  new MutationObserver(() => {
    if (queued) return;
    queued = true;
    setTimeout(ensure, 50);
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-topics", "data-job"] });
  ensure();
  return socket;
}
