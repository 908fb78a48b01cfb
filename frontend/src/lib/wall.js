// Wall-clock times as texts ("2026-12-05T09:30"), without any zone: the server knows which instant they are.

/**
 * A wall time some minutes later.
 * @param {string} wall
 * @param {number} minutes
 */
export function later(wall, minutes) {
  return new Date(Date.parse(`${wall}Z`) + minutes * 60_000).toISOString().slice(0, 16);
}

/**
 * The same clock time on another day, or in another hour when `cell` names one: "2026-12-05", "2026-12-05T14".
 * @param {string} wall
 * @param {string} cell
 */
export function into(wall, cell) {
  return cell.length > 10 ? `${cell}:${wall.slice(14, 16)}` : `${cell}T${wall.slice(11, 16)}`;
}

/**
 * The days or hours among `cells` in which a wall time stands: "2026-12-05" and "2026-12-05T09" both hold 09:30.
 * @param {string} wall
 */
export function cellsOf(wall) {
  return [wall.slice(0, 10), wall.slice(0, 13)];
}
