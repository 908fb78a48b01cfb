// Our own plain glyphs on a plate of each platform's colour; glyph colours keep at least 4.8:1 on their plate.
const plate = (fill) => `<rect width="24" height="24" rx="6" fill="${fill}"/>`;
const line = (stroke, d, width = 2.2) =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
const area = (fill, d) => `<path d="${d}" fill="${fill}"/>`;

export const PLATFORM_SYMBOLS = {
  // a note
  tiktok: plate("#010101") + line("#fff", "M13 5.5v9.2a3 3 0 1 1-3-3M13 5.5c.3 2.3 1.9 3.8 4.3 4"),
  // a square camera
  instagram:
    plate("#C13584") +
    line("#fff", "M8.8 5.5h6.4a3.3 3.3 0 0 1 3.3 3.3v6.4a3.3 3.3 0 0 1-3.3 3.3H8.8a3.3 3.3 0 0 1-3.3-3.3V8.8a3.3 3.3 0 0 1 3.3-3.3Z", 1.8) +
    line("#fff", "M12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6Z", 1.8) +
    area("#fff", "M15.9 7.1a1 1 0 1 1 0 2 1 1 0 0 1 0-2Z"),
  // a play mark
  youtube: plate("#FF0000") + area("#000", "M9.2 7.2v9.6a.6.6 0 0 0 .9.5l7.9-4.8a.6.6 0 0 0 0-1l-7.9-4.8a.6.6 0 0 0-.9.5Z"),
  facebook: plate("#0866FF") + line("#fff", "M15.2 6h-1.1a2.3 2.3 0 0 0-2.3 2.3V19M8.8 12h5.6", 2.4),
  linkedin: plate("#0A66C2") + line("#fff", "M7.5 10.5V17M11.5 17v-6.500M11.5 13.400c0-1.7 1.1-2.9 2.6-2.900s2.4 1.1 2.4 2.900V17", 2.2) + area("#fff", "M7.5 5.800a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.600Z"),
  twitter: plate("#000") + line("#fff", "M7 6.5 17 17.500M17 6.5 7 17.5", 2.4),
  // one door, several ways
  blotato: plate("#4B3FBF") + line("#fff", "M6 12h4M10 12l5-5M10 12h6M10 12l5 5", 2) + area("#fff", "M16.500 5a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM17.500 10.400a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM16.500 15.800a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2Z"),
  threads: plate("#000") + line("#fff", "M16.8 9C16.2 7 14.5 6 12.2 6 9 6 7 8.3 7 12s2 6 5.2 6c2.8 0 4.6-1.5 4.6-3.5 0-2.2-2-3.2-4.3-3.2-1.9 0-3 .8-3 2 0 1.1 1 1.8 2.3 1.8 1.8 0 2.8-1.2 2.7-3.6", 1.7),
  pinterest: plate("#E60023") + line("#fff", "M10.5 18.5 12.5 10M9 13.200c-1.6-2.9.2-6.7 3.4-6.7 2.6 0 4.1 1.8 4.1 3.9 0 2.7-1.6 4.6-3.5 4.6-1 0-1.7-.5-1.9-1.2", 2),
  snapchat: plate("#FFFC00") + line("#000", "M8.5 11V9.500a3.5 3.5 0 0 1 7 0V11l1.5 1-1.5 1c.5 1.5 1.5 2.5 3 3-1 1-2.5.8-3.5 1.8-1-.5-2-.3-3 .7-1-1-2-1.2-3-.7-1-1-2.5-.8-3.5-1.8 1.5-.5 2.5-1.5 3-3L7 12Z", 1.7),
  bluesky: plate("#1185FE") + area("#000", "M12 11.300C10.8 9 8.3 6.7 6.5 6.2 5.3 5.9 5 6.8 5 7.900c0 1 .5 4.3.8 5 .5 1.3 1.9 1.7 3.2 1.6-1.8.3-2.7 1.3-1.6 2.500C9.3 19.1 11.3 17.2 12 15.600c.7 1.6 2.7 3.5 4.6 1.4 1.1-1.2.2-2.2-1.6-2.5 1.3.1 2.7-.3 3.2-1.6.3-.7.8-4 .8-5 0-1.1-.3-2-1.5-1.7-1.8.5-4.3 2.8-5.5 5.100Z"),
};
