import assert from "node:assert/strict";
import { Window } from "happy-dom";

const window = new Window();
Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
const { act, createElement } = await import("react");
const { createRoot } = await import("react-dom/client");
const { usePhotoUploads } = await import("./src/visits/usePhotoUploads.ts");

globalThis.fetch = async (_url, init) => {
  const { name } = (init!.body as FormData).get("photo") as File;
  return Response.json({ id: name, thumbUrl: "", fullUrl: "", takenAt: `2026-02-03T09:4${name}:00Z` });
};

let uploads: ReturnType<typeof usePhotoUploads>;
function Probe() {
  uploads = usePhotoUploads("v1", []);
  return null;
}
const root = createRoot(window.document.createElement("div") as never);
await act(async () => root.render(createElement(Probe)));
await act(async () => uploads.upload(["3", "1", "2"].map((name) => new File(["jpg"], name))));
assert.deepEqual(
  uploads!.photos.map(({ id }) => id),
  ["1", "2", "3"],
);
await window.happyDOM.close();
