// What the tray takes, and what it says about the rest. The server judges by content; this only spares a wasted upload.

const ENDINGS = ["mp4", "m4v", "mov", "avi", "webm"];
const PICTURES = ["jpg", "jpeg", "png", "webp", "gif"];
const PICTURE_BYTES = 20 * 1024 * 1024;

/** The reason why a file is not uploaded, or an empty string. `pictures`: they are welcome here too. */
export function refusal({ name, size }, maxBytes, { pictures = false } = {}) {
  const ending = name.includes(".") ? name.split(".").at(-1).toLowerCase() : "";
  if (pictures && PICTURES.includes(ending)) {
    if (size === 0) return "The file is empty.";
    return size > PICTURE_BYTES ? `${bytes(size)} is more than the ${bytes(PICTURE_BYTES)} allowed for pictures.` : "";
  }
  if (pictures && (ending === "heic" || ending === "heif")) return "HEIC photos cannot be used. Export it as JPEG first.";
  if (pictures && !ENDINGS.includes(ending)) {
    return `${ending ? `.${ending} files are` : "Files without an ending are"} neither pictures nor videos we can read. Use JPEG, PNG, WebP, GIF, MP4, M4V, MOV, AVI or WebM.`;
  }
  if (!ENDINGS.includes(ending)) {
    return `${ending ? `.${ending} files are` : "Files without an ending are"} not videos we can read. Use MP4, M4V, MOV, AVI or WebM.`;
  }
  if (size === 0) return "The file is empty.";
  if (maxBytes && size > maxBytes) return `${bytes(size)} is more than the ${bytes(maxBytes)} allowed. Export it smaller, or cut it first.`;
  return "";
}

/** 1536 → "1.5 KB"; one decimal below 100. */
export function bytes(value) {
  let size = value;
  for (const unit of ["B", "KB", "MB"]) {
    if (size < 1024) return `${size < 100 && unit !== "B" ? size.toFixed(1).replace(/\.0$/, "") : Math.round(size)} ${unit}`;
    size /= 1024;
  }
  return `${size.toFixed(1).replace(/\.0$/, "")} GB`;
}

/** Bytes a second over the last seconds, from samples [ms, bytes]. */
export function speed(samples) {
  if (samples.length < 2) return 0;
  const [from, to] = [samples[0], samples.at(-1)];
  return to[0] > from[0] ? ((to[1] - from[1]) * 1000) / (to[0] - from[0]) : 0;
}

/** The title a video gets from its file's name. */
export function titleOf(name) {
  const bare = name.replace(/\.[^.]+$/, "").replace(/[_-]+/g, " ").trim();
  return (bare || name).slice(0, 200);
}
