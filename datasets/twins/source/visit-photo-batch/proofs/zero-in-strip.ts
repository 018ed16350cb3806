import assert from "node:assert/strict";
import { Window } from "happy-dom";

const window = new Window();
Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
const { act, createElement } = await import("react");
const { createRoot } = await import("react-dom/client");
const { PhotoStrip } = await import("./src/visits/PhotoStrip.tsx");

const host = window.document.createElement("div");
window.document.body.append(host);
const root = createRoot(host as never);
await act(async () => root.render(createElement(PhotoStrip, { visitId: "v1", stored: [] })));
assert.equal(host.textContent.includes("0"), false);
await window.happyDOM.close();
