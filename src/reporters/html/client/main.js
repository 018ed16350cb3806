import { caseHash, caseView } from "./case-view.js";
import { filterControls, resetFilter } from "./controls.js";
import { el } from "./dom.js";
import { narrow } from "./filter.js";
import { caseList } from "./list.js";
import { makeColumnsSortable, makeSortable } from "./sort.js";
import { unpack } from "./unpack.js";

const keys = [
  ["j  k", "next and previous case"],
  ["[  ]", "previous and next reviewer"],
  ["/", "search"],
  ["?", "this help"],
  ["Esc", "close, or take the search away"],
];

function startCases(data) {
  const firstMeasured = data.reviewers.findIndex((reviewer) => reviewer.role === "measured");
  const filter = { reviewer: Math.max(0, firstMeasured), query: "", state: "all", judged: "all", chosen: {} };
  for (const item of data.cases) item.isForJudge = data.judge !== null && item.references.length > 0;
  const byId = new Map(data.cases.map((item) => [item.id, item]));
  const twins = Map.groupBy(
    data.cases.filter((item) => item.twin !== undefined),
    (item) => item.twin.of,
  );
  const app = document.getElementById("cases-app");
  const list = caseList(data);
  const pane = el("div", { class: "case-pane", tabindex: "-1" });
  const help = helpDialog();
  let kept = [];
  let current = null;
  let repeat = 0;

  const twinOf = (item) =>
    item.twin === undefined ? (twins.get(item.id) ?? []) : [byId.get(item.twin.of)].filter(Boolean);
  const drawCase = () => {
    if (current === null) {
      pane.replaceChildren(el("p", "aside", "No case passes these filters."));
      return;
    }
    const back = el("a", { class: "back", href: "#cases" }, "← All cases");
    const choose = (reviewer, nextRepeat) => {
      [filter.reviewer, repeat] = [reviewer, nextRepeat];
      refresh();
      if (app.classList.contains("is-open")) replaceHash();
    };
    pane.replaceChildren(back, caseView({ item: current, data, reviewer: filter.reviewer, repeat, twinOf, choose }));
  };
  const replaceHash = () => history.replaceState(null, "", caseHash(current.id, data.reviewers[filter.reviewer].id));
  const refresh = () => {
    const narrowed = narrow(data.cases, filter);
    kept = narrowed.kept;
    if (current === null || !kept.includes(current)) current = kept[0] ?? null;
    controls.update(narrowed);
    list.show(kept, filter.reviewer);
    list.select(kept.indexOf(current));
    drawCase();
  };
  const controls = filterControls(
    data,
    filter,
    () => {
      repeat = 0;
      refresh();
    },
    () => help.showModal(),
  );
  const open = (item) => {
    if (item !== current) repeat = 0;
    current = item;
    app.classList.add("is-open");
    if (!kept.includes(item)) resetFilter(filter);
    refresh();
    if (app.getBoundingClientRect().top < 0 || app.getBoundingClientRect().top > innerHeight / 2) app.scrollIntoView();
  };
  const move = (step) => {
    const next =
      kept[
        Math.min(kept.length - 1, Math.max(0, kept.indexOf(current) + (app.classList.contains("is-open") ? step : 0)))
      ];
    if (next === undefined) return;
    open(next);
    replaceHash();
  };
  const followHash = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const reviewer = data.reviewers.findIndex((one) => one.id === wanted.get("reviewer"));
    if (reviewer !== -1) filter.reviewer = reviewer;
    const item = byId.get(wanted.get("case") ?? "");
    if (item !== undefined) open(item);
    else app.classList.remove("is-open");
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target instanceof Element && event.target.closest("input, select, textarea") !== null;
    if (event.key === "Escape" && !help.open) {
      if (isTyping || filter.query !== "") {
        filter.query = "";
        controls.search.blur();
        refresh();
      } else if (app.classList.contains("is-open")) {
        app.classList.remove("is-open");
        history.replaceState(null, "", "#cases");
      }
      return;
    }
    if (isTyping || help.open) return;
    const action = {
      j: () => move(1),
      k: () => move(-1),
      "[": () => switchReviewer(-1),
      "]": () => switchReviewer(1),
      "/": () => controls.search.focus(),
      "?": () => help.showModal(),
    }[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  const switchReviewer = (step) => {
    const count = data.reviewers.length;
    [filter.reviewer, repeat] = [(filter.reviewer + step + count) % count, 0];
    refresh();
    if (app.classList.contains("is-open") && current !== null) replaceHash();
  };

  app.replaceChildren(el("div", "list-pane", controls.element, list.element), pane, help);
  app.hidden = false;
  addEventListener("hashchange", followHash);
  refresh();
  followHash();
}

function helpDialog() {
  const close = el("button", { type: "button", class: "clear" }, "Close");
  const rows = keys.map(([key, meaning]) =>
    el("div", "", el("dt", "", ...key.split("  ").map((one) => el("kbd", "", one))), el("dd", "", meaning)),
  );
  const dialog = el(
    "dialog",
    { class: "help", "aria-label": "Keyboard help" },
    el("h3", "", "Keys"),
    el("dl", "keys", ...rows),
    close,
  );
  close.addEventListener("click", () => dialog.close());
  return dialog;
}

async function start() {
  const state = document.getElementById("cases-state");
  try {
    const data = await unpack(document.getElementById("payload").textContent);
    if (data.cases.length === 0) {
      state.textContent = "The run holds no cases.";
      return;
    }
    // Before the cases are scrolled to, since what stands above them moves up.
    state.hidden = true;
    startCases(data);
  } catch (error) {
    state.hidden = false;
    state.textContent = `The cases could not be unpacked: ${error instanceof Error ? error.message : String(error)} (open this file in a current browser; the data is in cases.jsonl).`;
  }
}

for (const table of document.querySelectorAll("table.metrics")) makeSortable(table);
for (const table of document.querySelectorAll("table.every")) makeColumnsSortable(table);

// The tables and charts are painted before the work of unpacking begins.
document.getElementById("cases-state").hidden = false;
const startSoon = () => void start();
if (document.hidden) startSoon();
else requestAnimationFrame(() => setTimeout(startSoon));
