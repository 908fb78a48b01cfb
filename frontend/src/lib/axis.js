// Pure time arithmetic of the video timeline.

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** 63.25 → "1:03.2" (tenths are cut, not rounded, like a running clock). */
export function timecode(seconds) {
  const tenths = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
  const minutes = Math.floor(tenths / 600);
  const rest = (tenths % 600) / 10;
  return `${minutes}:${rest.toFixed(1).padStart(4, "0")}`;
}

/** The cut before (-1) or after (1) a moment; the ends of the video count as cuts. */
export function neighbour(cuts, time, direction, duration) {
  const all = [0, ...cuts, duration];
  const slack = 0.02;
  if (direction > 0) return all.find((cut) => cut > time + slack) ?? duration;
  return all.findLast((cut) => cut < time - slack) ?? 0;
}

/** How many cuts have passed. */
export function cutsPassed(cuts, time) {
  return cuts.filter((cut) => cut <= time + 1e-3).length;
}

/** What a screen reader says: "0:03.2, cut 4 of 17, hook". */
export function valueText(time, { cuts, hookEnd }) {
  const parts = [timecode(time)];
  if (cuts.length) {
    const passed = cutsPassed(cuts, time);
    parts.push(passed ? `cut ${passed} of ${cuts.length}` : `before the first of ${cuts.length} cuts`);
  }
  if (hookEnd && time < hookEnd) parts.push("hook");
  return parts.join(", ");
}

/** Where a key moves the playhead; undefined for keys that are not ours. */
export function moved(key, { shift, time, duration, fps, cuts }) {
  const frame = 1 / (fps || 30);
  const step = shift ? 1 : 0.1;
  const moves = {
    ArrowLeft: time - step,
    ArrowDown: time - step,
    ArrowRight: time + step,
    ArrowUp: time + step,
    PageDown: time - 5,
    PageUp: time + 5,
    Home: 0,
    End: duration,
    ",": time - frame,
    ".": time + frame,
    n: neighbour(cuts, time, 1, duration),
    p: neighbour(cuts, time, -1, duration),
  };
  return key in moves ? clamp(moves[key], 0, duration) : undefined;
}

/** Where a moment of one video lies in another: at the same second, or at the same share of the length. */
export function counterpart(time, from, to, byShare) {
  return clamp(byShare ? (time / from) * to : time, 0, to);
}

/** The picture of a moment in a sprite of tiles, as a viewBox; undefined without a sprite. */
export function tileAt(time, text) {
  const [columns, count, width, height, interval] = (text ?? "").split(",").map(Number);
  if (!(columns > 0 && count > 0 && interval > 0)) return undefined;
  const tile = clamp(Math.floor(time / interval), 0, count - 1);
  return { x: (tile % columns) * width, y: Math.floor(tile / columns) * height, width, height, columns, rows: Math.ceil(count / columns) };
}
