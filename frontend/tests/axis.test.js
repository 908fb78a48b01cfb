import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { counterpart, cutsPassed, moved, neighbour, tileAt, timecode, valueText } from "../src/lib/axis.js";

const cuts = [0.8, 1.9, 3];
const at = (time, shift = false) => ({ shift, time, duration: 10, fps: 25, cuts });

describe("timeline axis", () => {
  it("cuts tenths off like a running clock", () => {
    assert.deepEqual([0, 0.29, 3.25, 59.99, 61.5].map(timecode), ["0:00.0", "0:00.2", "0:03.2", "0:59.9", "1:01.5"]);
  });

  it("moves by tenths, seconds, frames and cuts", () => {
    const near = (found, wanted) => assert.ok(Math.abs(found - wanted) < 1e-9, `${found} is not ${wanted}`);
    near(moved("ArrowRight", at(1)), 1.1);
    near(moved("ArrowLeft", at(1.5, true)), 0.5);
    near(moved(".", at(1)), 1.04);
    near(moved(",", at(1)), 0.96);
    near(moved("n", at(0.8)), 1.9);
    near(moved("p", at(1.9)), 0.8);
    near(moved("End", at(1)), 10);
    near(moved("Home", at(1)), 0);
  });

  it("stays inside the video and leaves other keys alone", () => {
    assert.equal(moved("ArrowLeft", at(0)), 0);
    assert.equal(moved("PageUp", at(9)), 10);
    assert.equal(moved("Tab", at(1)), undefined);
  });

  it("treats both ends as cuts", () => {
    assert.equal(neighbour(cuts, 5, 1, 10), 10);
    assert.equal(neighbour(cuts, 0.5, -1, 10), 0);
  });

  it("says where it is", () => {
    assert.equal(cutsPassed(cuts, 0.8), 1);
    assert.equal(valueText(1.95, { cuts, hookEnd: 3 }), "0:01.9, cut 2 of 3, hook");
    assert.equal(valueText(0.1, { cuts, hookEnd: 0 }), "0:00.1, before the first of 3 cuts");
    assert.equal(valueText(4, { cuts: [], hookEnd: 3 }), "0:04.0");
  });

  it("finds the same moment in another video", () => {
    assert.equal(counterpart(5, 10, 20, false), 5);
    assert.equal(counterpart(5, 10, 20, true), 10);
    assert.equal(counterpart(15, 20, 10, false), 10);
  });

  it("finds the picture of a moment", () => {
    const tile = tileAt(6.1, "10,40,90,160,0.5");
    assert.deepEqual([tile.x, tile.y, tile.rows], [180, 160, 4]);
    assert.equal(tileAt(99, "10,40,90,160,0.5").y, 480);
    assert.equal(tileAt(1, ""), undefined);
  });
});
