// Small DOM vocabulary shared by all bundles.

/**
 * The first element for a selector; which kind of element it is, the selector says.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {any}
 */
export const $ = (selector, root = document) => root.querySelector(selector);

/**
 * All elements for a selector.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {any[]}
 */
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/**
 * Build an element; `text` is always text, never HTML.
 * @param {string} tag
 * @param {{ class?: string, text?: string, attrs?: Record<string, unknown>, on?: Record<string, (event: any) => void> }} [looks]
 * @param {(Node | string)[]} [children]
 * @returns {any} the element, of the tag's kind
 */
export function el(tag, { class: names, text, attrs = {}, on = {} } = {}, children = []) {
  const node = document.createElement(tag);
  if (names) node.className = names;
  if (text !== undefined) node.textContent = text;
  for (const [key, value] of Object.entries(attrs)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(key, value === true ? "" : String(value));
  }
  for (const [type, listener] of Object.entries(on)) node.addEventListener(type, listener);
  node.append(...children);
  return node;
}

/**
 * An icon of the sprite, drawn like `<c-icon>`.
 * @param {string} name
 * @param {number} [size] in pixels
 * @param {string} [names] more classes
 */
export function icon(name, size = 18, names = "") {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const attrs = {
    width: size,
    height: size,
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
    class: `shrink-0 ${names}`.trim(),
  };
  for (const [key, value] of Object.entries(attrs)) svg.setAttribute(key, String(value));
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${document.body.dataset.icons ?? "/static/icons.svg"}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Run for matching elements now on the page and for those that are put there later.
 * @param {string} selector
 * @param {(node: any) => void} visit
 */
export function onArrival(selector, visit) {
  const seen = new WeakSet();
  const meet = (node) => {
    if (seen.has(node)) return;
    seen.add(node);
    visit(node);
  };
  const scan = (root) => {
    if (!(root instanceof Element)) return;
    if (root.matches(selector)) meet(root);
    for (const node of root.querySelectorAll(selector)) meet(node);
  };
  scan(document.documentElement);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) scan(node);
  }).observe(document.documentElement, { childList: true, subtree: true });
}

/**
 * Say one sentence to screen readers.
 * @param {string} text
 */
export function announce(text) {
  const region = $("#sr-status");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}
