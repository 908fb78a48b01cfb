import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { escape, onEscape } from "../src/lib/escape.js";
import { surplus } from "../src/lib/toast.js";
import { Socket, backoff, difference } from "../src/lib/ws.js";

describe("Escape", () => {
  it("closes the innermost kind first, one per press", () => {
    const open = new Set(["drag", "dialog", "menu", "popover", "selection"]);
    const undo = [...open].map((kind) => onEscape(kind, () => open.delete(kind)));
    const order = [];
    for (let press = 0; press < 6; press += 1) order.push(escape({}));
    assert.deepEqual(order, ["menu", "popover", "dialog", "selection", "drag", ""]);
    for (const forget of undo) forget();
  });

  it("forgets what was taken back", () => {
    let calls = 0;
    onEscape("menu", () => Boolean((calls += 1)))();
    assert.equal(escape({}), "");
    assert.equal(calls, 0);
  });
});

describe("toasts", () => {
  it("keeps three, errors longest, never dropping the newest", () => {
    assert.deepEqual(surplus(["info", "success"]), []);
    assert.deepEqual(surplus(["info", "error", "success", "info"]), [0]);
    assert.deepEqual(surplus(["error", "error", "info", "info"]), [2]);
    assert.deepEqual(surplus(["error", "error", "error", "info"]), [0]);
    assert.deepEqual(surplus(["error", "error", "error", "error"]), [0]);
  });
});

class FakeRaw extends EventTarget {
  readyState = 0;
  sent = [];
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  close(code) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

function rig(t, topics = []) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  globalThis.CSS = { escape: (text) => text };
  const shown = { dataset: { topics: topics.join(" ") } };
  globalThis.document = {
    querySelector: () => null,
    querySelectorAll: (wanted) => (wanted === "[data-topics]" ? [shown] : []),
    addEventListener() {},
  };
  const raws = [];
  const events = [];
  const socket = new Socket("ws://host/ws/app/", {
    make: () => {
      const raw = new FakeRaw();
      raws.push(raw);
      return raw;
    },
    body: { dataset: {}, dispatchEvent: (event) => events.push(event) },
  });
  return { socket, raws, events };
}

describe("socket", () => {
  it("waits longer after each failure, within 30 s and with jitter", () => {
    assert.equal(backoff(0, () => 0), 250);
    assert.equal(backoff(0, () => 1), 1250);
    assert.equal(backoff(3, () => 1), 8250);
    assert.equal(backoff(20, () => 1), 30250);
  });

  it("knows what to follow and what to leave", () => {
    assert.deepEqual(difference(new Set(["job:1", "job:2"]), new Set(["job:2", "post:3"])), { add: ["post:3"], drop: ["job:1"] });
  });

  it("subscribes on open, follows changes, and hands events to the page", (t) => {
    const { socket, raws, events } = rig(t);
    socket.connect();
    raws[0].open();
    socket.sync(new Set(["job:1"]));
    socket.sync(new Set(["post:2"]));
    assert.deepEqual(raws[0].sent, [
      { op: "sub", topics: ["job:1"] },
      { op: "ping" },
      { op: "sub", topics: ["post:2"] },
      { op: "ping" },
      { op: "unsub", topics: ["job:1"] },
    ]);
    socket.receive(JSON.stringify({ v: 1, topic: "post:2", type: "post.state", data: {} }));
    socket.receive(JSON.stringify({ v: 1, topic: "job:1", type: "job.progress", data: { pct: 4 } }));
    socket.receive(JSON.stringify({ v: 9, topic: "job:1", type: "job.done", data: {} }));
    socket.receive("not json");
    assert.deepEqual(events.map((event) => event.type), ["ws:post:2", "ws:job:1:progress", "ws:resync"]);
  });

  it("asks the page to fetch what it shows once a subscription is in force", (t) => {
    const { socket, raws, events } = rig(t, ["job:1"]);
    socket.connect();
    raws[0].open();
    assert.deepEqual(raws[0].sent, [{ op: "sub", topics: ["job:1"] }, { op: "ping" }]);
    assert.equal(events.length, 0);
    assert.ok(!("live" in socket.body.dataset));
    socket.receive(JSON.stringify({ v: 1, type: "pong" }));
    socket.receive(JSON.stringify({ v: 1, type: "pong" }));
    assert.deepEqual(events.map((event) => event.type), ["ws:resync"]);
    assert.ok("live" in socket.body.dataset);
    raws[0].close(1006);
    assert.ok(!("live" in socket.body.dataset));
  });

  it("waits for the newest of several subscriptions", (t) => {
    const { socket, raws, events } = rig(t);
    socket.connect();
    raws[0].open();
    socket.ping();
    socket.sync(new Set(["job:1"]));
    socket.sync(new Set(["job:1", "post:2"]));
    const resyncs = [];
    for (let pongs = 1; pongs <= 3; pongs += 1) {
      socket.receive(JSON.stringify({ v: 1, type: "pong" }));
      resyncs.push(events.length);
    }
    assert.deepEqual(resyncs, [0, 0, 1]);
  });

  it("polls while down, comes back, and asks the page to fetch what it shows", (t) => {
    const { socket, raws, events } = rig(t, ["job:1"]);
    socket.connect();
    raws[0].open();
    raws[0].close(1006);
    t.mock.timers.tick(10000);
    assert.ok(events.some((event) => event.type === "poll:tick"));
    assert.equal(raws.length, 2);
    raws[1].open();
    socket.receive(JSON.stringify({ v: 1, type: "pong" }));
    assert.equal(events.at(-1).type, "ws:resync");
    const before = events.length;
    t.mock.timers.tick(20000);
    assert.equal(events.length, before);
  });

  it("gives up when the server says that nobody is signed in", (t) => {
    const { socket, raws } = rig(t);
    socket.connect();
    raws[0].close(4401);
    t.mock.timers.tick(60000);
    assert.equal(raws.length, 1);
  });
});
