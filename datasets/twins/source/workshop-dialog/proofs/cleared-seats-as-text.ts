import assert from "node:assert/strict";
import { Window } from "happy-dom";
import { isFull, type Workshop } from "./src/workshops/workshop.ts";

const window = new Window();
const { document, Element, SVGElement } = window;
Object.assign(globalThis, { window, document, Element, SVGElement });
const { createApp, h, nextTick } = await import("vue");
const { default: WorkshopDialog } = await import("./src/workshops/WorkshopDialog.vue");

const workshop: Workshop = { id: "w1", title: "Welding", seats: 8, booked: 3, sessions: [] };
const saved: Workshop[] = [];
const host = document.createElement("div");
document.body.append(host);
const onSave = (one: Workshop) => saved.push(one);
createApp(() => h(WorkshopDialog, { workshop, isSaving: false, onSave })).mount(host);

async function saveWithSeats(value: string) {
  const seats = host.querySelector('input[type="number"]')!;
  Object.assign(seats, { value });
  seats.dispatchEvent(new window.Event("input"));
  await nextTick();
  host.querySelector("form")!.dispatchEvent(new window.Event("submit", { cancelable: true }));
  return saved.at(-1)!;
}

assert.equal((await saveWithSeats("3")).seats, 3);
const unlimited = await saveWithSeats("");
assert.equal(unlimited.seats, null);
assert.equal(isFull(unlimited), false);
await window.happyDOM.close();
