/**
 * Makes an element. Strings among the children become text nodes, so nothing that a model wrote is ever read as markup.
 * @param {string} tag
 * @param {string | Record<string, string>} attributes a class name, or attributes by name
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  const named = typeof attributes === "string" ? { class: attributes } : attributes;
  for (const [name, value] of Object.entries(named)) if (value !== "") element.setAttribute(name, value);
  element.append(
    ...children.filter((child) => child !== null && child !== undefined && child !== false && child !== ""),
  );
  return element;
}

/** A `<svg>` that shows a symbol of the page's sprite. */
export function symbol(id, className, size) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("width", String(size));
  svg.setAttribute("height", String(size));
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
}

/** The glyph of a state (`pass`, `fail`, `alarm`, …). */
export function glyph(name, tone = name) {
  return symbol(`glyph-${name}`, `glyph tone-${tone}`, 16);
}

/** The mark that a reviewer has in the whole report. */
export function reviewerMark(reviewer) {
  return symbol(`shape-${reviewer.shape}`, `mark ${reviewer.hue}`, 12);
}

/** Text as paragraphs of plain text: `backticks` become code, fences become blocks, nothing else is interpreted. */
export function prose(text, className = "prose") {
  const box = el("div", className);
  for (const [index, piece] of text.split(/```[^\n`]*\n([\s\S]*?)```/).entries()) {
    if (index % 2 === 1) box.append(el("pre", "code", piece.replace(/\n$/, "")));
    else if (piece.trim() !== "") box.append(el("p", "", ...withCode(piece.trim())));
  }
  return box;
}

function withCode(text) {
  return text.split(/`([^`\n]+)`/).map((piece, index) => (index % 2 === 1 ? el("code", "", piece) : piece));
}

/** A folded block; `fill` is called when it is opened for the first time. `marks` stand in its line after its title. */
export function folded(title, count, fill, isOpen = false, marks = []) {
  const details = el(
    "details",
    "fold",
    el("summary", "", title, count === "" ? null : el("span", "quiet", ` ${count}`), ...marks),
  );
  const fillOnce = () => {
    if (details.open && details.childElementCount === 1) details.append(fill());
  };
  details.addEventListener("toggle", fillOnce);
  if (isOpen) {
    details.open = true;
    fillOnce();
  }
  return details;
}

/** A number with at most so many decimals, halves rounded away from zero, and no zero before its point. */
export function shownNumber(value, decimals) {
  const scale = 10 ** decimals;
  const scaled = Number((Math.abs(value) * scale).toPrecision(15));
  return String((Math.sign(value) * Math.round(scaled)) / scale).replace(/^(-?)0\./, "$1.");
}

/** `1 bug`, `2 bugs`. */
export function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
