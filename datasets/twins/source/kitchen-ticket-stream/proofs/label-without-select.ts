import assert from "node:assert/strict";
import { Window } from "happy-dom";

const window = new Window();
class SilentSource {
  close() {}
}
Object.assign(globalThis, {
  window,
  document: window.document,
  EventSource: SilentSource,
  IS_REACT_ACT_ENVIRONMENT: true,
});
const { act, createElement } = await import("react");
const { createRoot } = await import("react-dom/client");
const { StationBoard } = await import("./src/board/StationBoard.tsx");

const host = window.document.createElement("div");
window.document.body.append(host);
const root = createRoot(host as never);
const stations = [{ id: "grill", name: "Grill" }];
await act(async () => root.render(createElement(StationBoard, { stations, firstShownId: "grill", onDone() {} })));
const labelled = [...host.querySelectorAll("label")].map(({ control }) => control?.tagName);
assert.deepEqual(labelled, ["SELECT"]);
await window.happyDOM.close();
