import assert from "node:assert/strict";
import { Window } from "happy-dom";

const window = new Window();
Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
const { act, createElement, useState } = await import("react");
const { createRoot } = await import("react-dom/client");
const { ScheduleEditor } = await import("./src/firing/ScheduleEditor.tsx");

const pace = { rateCPerHour: 100, holdMinutes: 10 };
const segments = [
  { id: "a", step: 1, targetC: 200, ...pace },
  { id: "b", step: 2, targetC: 600, ...pace },
  { id: "c", step: 3, targetC: 1000, ...pace },
];
const stored = { id: "s", name: "Bisque", segments };

let current = stored;
function Page() {
  const [schedule, setSchedule] = useState(stored);
  current = schedule;
  return createElement(ScheduleEditor, { schedule, onChange: setSchedule });
}

const host = window.document.createElement("div");
window.document.body.append(host);
const root = createRoot(host as never);
await act(async () => root.render(createElement(Page)));

const input = (label: string) => host.querySelector(`input[aria-label="${label}"]`) as unknown as HTMLInputElement;
async function press(row: number, name: string) {
  const buttons = [...host.querySelectorAll("tbody tr")[row - 1]!.querySelectorAll("button")];
  await act(async () => buttons.find(({ textContent }) => textContent.startsWith(name))!.click());
}

await act(async () => {
  const field = input("Target of step 2");
  Object.getOwnPropertyDescriptor(window.HTMLInputElement.prototype, "value")!.set!.call(field, "640");
  field.dispatchEvent(new window.Event("input", { bubbles: true }) as never);
});
await press(1, "Remove");
assert.equal(input("Target of step 1").value, "640");
await press(1, "Apply");
assert.deepEqual(
  current.segments.map(({ id, targetC }) => [id, targetC]),
  [["b", 640], ["c", 1000]],
);
await window.happyDOM.close();
