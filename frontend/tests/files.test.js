import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytes, refusal, speed, titleOf } from "../src/lib/files.js";

const MB = 1024 * 1024;

describe("files", () => {
  it("takes the five kinds whatever the case of their ending", () => {
    for (const name of ["a.mp4", "b.MOV", "c.m4v", "d.avi", "e.holiday.webm"]) assert.equal(refusal({ name, size: 1 }, 500 * MB), "");
  });

  it("names what is wrong with the others", () => {
    assert.match(refusal({ name: "notes.txt", size: 9 }, MB), /^\.txt files are not videos/);
    assert.match(refusal({ name: "clip", size: 9 }, MB), /^Files without an ending/);
    assert.equal(refusal({ name: "a.mp4", size: 0 }, MB), "The file is empty.");
    assert.match(refusal({ name: "a.mp4", size: 2 * MB }, MB), /^2 MB is more than the 1 MB allowed/);
  });

  it("takes pictures where they are welcome", () => {
    const pictures = { pictures: true };
    for (const name of ["a.jpg", "b.PNG", "c.webp", "d.gif", "e.mp4"]) assert.equal(refusal({ name, size: 1 }, MB, pictures), "");
    assert.match(refusal({ name: "a.heic", size: 1 }, MB, pictures), /Export it as JPEG/);
    assert.match(refusal({ name: "a.pdf", size: 1 }, MB, pictures), /neither pictures nor videos/);
    assert.match(refusal({ name: "a.png", size: 21 * MB }, 500 * MB, pictures), /20 MB allowed for pictures/);
    assert.match(refusal({ name: "a.png", size: 1 }, MB), /not videos/);
  });

  it("writes sizes for people", () => {
    assert.deepEqual([900, 1536, 150 * 1024, 8 * MB, 1.5 * 1024 * MB].map(bytes), ["900 B", "1.5 KB", "150 KB", "8 MB", "1.5 GB"]);
  });

  it("measures speed over its samples", () => {
    assert.equal(speed([[0, 0], [500, 100], [2000, 4000]]), 2000);
    assert.equal(speed([[0, 0]]), 0);
  });

  it("makes a title of a file name", () => {
    assert.equal(titleOf("how_we-pack.final.mp4"), "how we pack.final");
    assert.equal(titleOf(".mp4"), ".mp4");
  });
});
