import assert from "node:assert/strict";
import { Window } from "happy-dom";
import { Lightbox } from "./web/js/lightbox.js";

const page = new Window().document;
page.body.innerHTML = `<figure hidden>
  <img><figcaption></figcaption>
  <button data-step="-1"></button><button data-step="1"></button><button data-close></button>
</figure>`;
globalThis.Image = class {};
globalThis.document = new EventTarget(); // unlike happy-dom's, tells capturing listeners from others, as browsers do
document.activeElement = null;

const press = (key) => {
  const event = Object.assign(new Event("keydown", { cancelable: true }), { key });
  document.dispatchEvent(event);
  return event;
};
const titles = ["kitchen", "bath", "garden"];
const photos = titles.map((title) => ({ title, url: `/${title}.jpg` }));
const box = new Lightbox(page.querySelector("figure"), photos);

box.open(0);
assert.equal(press("ArrowRight").defaultPrevented, true);
assert.equal(box.index, 1);

press("Escape");
assert.equal(box.root.hidden, true);
assert.equal(press("ArrowRight").defaultPrevented, false);
assert.equal(box.index, 1);
