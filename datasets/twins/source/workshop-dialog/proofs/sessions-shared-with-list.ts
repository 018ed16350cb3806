import assert from "node:assert/strict";
import { Window } from "happy-dom";

const window = new Window();
const { document, Element, SVGElement } = window;
Object.assign(globalThis, { window, document, Element, SVGElement });
const { createApp, h, nextTick, reactive } = await import("vue");
const { default: WorkshopDialog } = await import("./src/workshops/WorkshopDialog.vue");

const workshop = reactive({
  id: "w1",
  title: "Welding",
  seats: 8,
  booked: 3,
  sessions: [{ id: "s1", day: "2026-05-04", from: "18:30", minutes: 90 }],
});
const host = document.createElement("div");
document.body.append(host);
createApp(() => h(WorkshopDialog, { workshop, isSaving: false })).mount(host);
await nextTick();

const day = host.querySelector('input[type="date"]')!;
assert.equal((day as never as HTMLInputElement).value, "2026-05-04");
Object.assign(day, { value: "2026-06-01" });
day.dispatchEvent(new window.Event("input"));
[...host.querySelectorAll("button")].find(({ textContent }) => textContent === "Cancel")!.click();
await nextTick();
assert.equal(workshop.sessions[0]!.day, "2026-05-04");
await window.happyDOM.close();
