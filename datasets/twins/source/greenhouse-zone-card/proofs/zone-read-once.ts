import assert from "node:assert/strict";
import { Window } from "happy-dom";

const window = new Window();
const { document, Element, SVGElement } = window;
Object.assign(globalThis, { window, document, Element, SVGElement });
const { createApp, h, nextTick, ref } = await import("vue");
const { default: ZoneCard } = await import("./src/climate/ZoneCard.vue");

const degrees: Record<string, number> = { north: 18.5, south: 24 };
globalThis.fetch = async (url) => {
  const zone = String(url).split("/")[3]!;
  return Response.json({ celsius: degrees[zone], humidity: 60, readAt: "2026-01-31T06:15:00Z" });
};
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  await nextTick();
};

const zoneId = ref("north");
const host = document.createElement("div");
document.body.append(host);
const app = createApp(() => h(ZoneCard, { zoneId: zoneId.value, title: zoneId.value }));
app.mount(host);
await settle();
const first = host.textContent;
zoneId.value = "south";
await settle();
const second = host.textContent;
app.unmount();
await window.happyDOM.close();

assert.match(first, /^north18\.5 °C/);
assert.match(second, /^south24\.0 °C/);
