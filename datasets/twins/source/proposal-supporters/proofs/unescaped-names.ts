import assert from "node:assert/strict";
import { Window } from "happy-dom";

const window = new Window();
const { document, Element, SVGElement } = window;
Object.assign(globalThis, { window, document, Element, SVGElement });
const { createApp } = await import("vue");
const { default: SupportPanel } = await import("./src/proposals/SupportPanel.vue");

const name = "<img src=x onerror=alert(1)>";
const proposal = {
  id: 7,
  title: "Benches",
  costEuros: 1200,
  supporterCount: 2,
  latestSupporters: ["Ada & Ben", name],
  isSupportedByMe: false,
};
const host = document.createElement("div");
document.body.append(host);
createApp(SupportPanel, { proposal, isBusy: false }).mount(host);
assert.equal(host.querySelectorAll("img").length, 0);
assert.deepEqual(
  [...host.querySelectorAll("p:nth-of-type(2) strong")].map(({ textContent }) => textContent),
  ["Ada & Ben", name],
);
await window.happyDOM.close();
