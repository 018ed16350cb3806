import assert from "node:assert/strict";
import { mock } from "node:test";
import { Window } from "happy-dom";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";
import { type StopSearch, useStopSearch } from "./src/search/useStopSearch.ts";

const window = new Window();
Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });

const answers = new Map<string, (response: Response) => void>();
globalThis.fetch = (async (url: string, { signal }: RequestInit = {}) => {
  const term = new URLSearchParams(url.split("?")[1]).get("q")!;
  return new Promise<Response>((resolve, reject) => {
    answers.set(term, resolve);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}) as typeof fetch;
const stopsNamed = (name: string) => Response.json([{ id: name, name, position: [52.5, 13.4] }]);

let search!: StopSearch;
function Picker() {
  search = useStopSearch();
  return null;
}

mock.timers.enable({ apis: ["setTimeout"] });
const type = async (term: string) => {
  await act(async () => search.setTerm(term));
  await act(async () => mock.timers.tick(250));
};
const answer = (term: string, response: Response) => act(async () => answers.get(term)!(response));

const root = createRoot(window.document.createElement("div") as unknown as Element);
await act(async () => root.render(createElement(Picker)));
await type("cen");
await type("central");
await answer("central", stopsNamed("Central Station"));
await answer("cen", stopsNamed("Cenotaph"));

assert.deepEqual(
  search.stops.map(({ name }) => name),
  ["Central Station"],
);
