import assert from "node:assert/strict";
import { mock } from "node:test";
import { Window } from "happy-dom";

const window = new Window();
class FakeSource {
  static CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 1;
  onerror = () => {};
  url: string;
  constructor(url: string) {
    this.url = url;
    FakeSource.all.push(this);
  }
  close() {
    this.readyState = FakeSource.CLOSED;
  }
}
Object.assign(globalThis, {
  window,
  document: window.document,
  EventSource: FakeSource,
  IS_REACT_ACT_ENVIRONMENT: true,
});
const { act, createElement } = await import("react");
const { createRoot } = await import("react-dom/client");
const { useTickets } = await import("./src/board/useTickets.ts");

function Probe({ stationId }: { stationId: string }) {
  useTickets(stationId);
  return null;
}
const root = createRoot(window.document.createElement("div") as never);
const show = (stationId: string) => act(async () => root.render(createElement(Probe, { stationId })));
const open = () => FakeSource.all.filter(({ readyState }) => readyState !== FakeSource.CLOSED).map(({ url }) => url);

mock.timers.enable({ apis: ["setTimeout"] });
await show("grill");
await act(async () => {
  FakeSource.all[0]!.readyState = FakeSource.CLOSED;
  FakeSource.all[0]!.onerror();
});
await act(async () => mock.timers.tick(60_000));
assert.equal(open().length, 1, "it connects again");

await act(async () => {
  FakeSource.all[1]!.readyState = FakeSource.CLOSED;
  FakeSource.all[1]!.onerror();
});
await show("pastry");
await act(async () => mock.timers.tick(60_000));
assert.deepEqual(open(), ["/api/stations/pastry/tickets/stream"]);
mock.timers.reset();
await window.happyDOM.close();
