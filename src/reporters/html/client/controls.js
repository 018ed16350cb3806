import { el, plural } from "./dom.js";
import { fields, states } from "./filter.js";
import { judgedStates } from "./judged.js";

/**
 * Search, states and menus above the list. `filter` is changed in place, then `changed` is called.
 * @returns {{element: HTMLElement, search: HTMLInputElement, update: (narrowed: object) => void}}
 */
export function filterControls(data, filter, changed, showHelp) {
  const search = el("input", {
    type: "search",
    placeholder: "Search cases   /",
    "aria-label": "Search cases",
    autocomplete: "off",
    spellcheck: "false",
  });
  search.addEventListener("input", () => {
    filter.query = search.value;
    changed();
  });

  const help = el("button", { type: "button", class: "help-button", "aria-label": "Keyboard help" }, "?");
  help.addEventListener("click", showHelp);

  const reviewerMenu = menu(
    "Reviewer",
    data.reviewers.map((reviewer, index) => [String(index), reviewer.label]),
    (value) => {
      filter.reviewer = Number(value);
      changed();
    },
  );
  const menus = fields.map((field) => {
    const values = data.cases.flatMap((item) => field.everyValueOf?.(item) ?? field.valuesOf(item, 0));
    const options = [
      ["", field.label],
      ...[...new Set(values)].sort((a, b) => a.localeCompare(b)).map((value) => [value, value]),
    ];
    return {
      field,
      select: menu(field.label, options, (value) => {
        filter.chosen[field.id] = value;
        changed();
      }),
      isUseful: options.length > 2,
    };
  });

  const chips = stateChips(states, "state", filter, changed);
  const judgedChips = data.judge === null ? [] : stateChips(judgedStates, "judged", filter, changed);

  const summary = el("span", { class: "shown", role: "status" });
  const clear = el("button", { type: "button", class: "clear" }, "Clear filters");
  clear.addEventListener("click", () => {
    resetFilter(filter);
    changed();
  });

  const moreLabel = el("summary", "");
  const more = el(
    "details",
    "more",
    moreLabel,
    el("div", "menus", ...menus.filter((one) => one.isUseful).map((one) => one.select)),
  );
  const element = el(
    "div",
    "controls",
    el("div", "search-row", search, help),
    el("label", "reviewer-menu", el("span", "quiet", "By what this reviewer said"), reviewerMenu),
    el("div", { class: "chips", role: "group", "aria-label": "State" }, ...chips.map((chip) => chip.button)),
    judgedChips.length === 0
      ? null
      : el(
          "div",
          { class: "chips", role: "group", "aria-label": "Verdict of the judge" },
          el(
            "span",
            "quiet chips-name",
            data.judge.engine === "lexical" ? "Lexical judge" : data.judge.panel ? "Judges" : "Judge",
          ),
          ...judgedChips.map((chip) => chip.button),
        ),
    more,
    el("p", "list-summary", summary, clear),
  );
  return {
    element,
    search,
    update({ kept, counts, judgedCounts }) {
      search.value = filter.query;
      reviewerMenu.value = String(filter.reviewer);
      for (const { field, select } of menus) {
        select.value = filter.chosen[field.id] ?? "";
        select.classList.toggle("is-set", select.value !== "");
      }
      const set = menus.filter(({ select }) => select.value !== "");
      moreLabel.textContent =
        set.length === 0 ? "More filters" : `More filters: ${set.map(({ select }) => select.value).join(", ")}`;
      if (set.length > 0) more.open = true;
      showChips(chips, counts, filter.state);
      showChips(judgedChips, judgedCounts, filter.judged);
      const shown = kept.length;
      const isNarrowed =
        filter.query !== "" ||
        filter.state !== "all" ||
        filter.judged !== "all" ||
        Object.values(filter.chosen).some((value) => value !== "");
      summary.textContent = isNarrowed ? `${shown} of ${plural(data.cases.length, "case")}` : plural(shown, "case");
      clear.hidden = !isNarrowed;
    },
  };
}

/** A button for each state; pressed again, it takes its filter off. `key` is where `filter` keeps the chosen one. */
function stateChips(all, key, filter, changed) {
  return all.map((state) => {
    const count = el("span", "chip-count");
    const button = el("button", { type: "button", class: "chip", [`data-${key}`]: state.id }, state.label, " ", count);
    button.addEventListener("click", () => {
      filter[key] = filter[key] === state.id ? "all" : state.id;
      changed();
    });
    return { state, button, count };
  });
}

function showChips(chips, counts, chosen) {
  for (const { state, button, count } of chips) {
    count.textContent = String(counts[state.id]);
    button.setAttribute("aria-pressed", String(chosen === state.id));
    button.hidden = counts[state.id] === 0 && state.id !== "all" && chosen !== state.id;
  }
}

/** Takes every filter off but the reviewer. */
export function resetFilter(filter) {
  filter.query = "";
  filter.state = "all";
  filter.judged = "all";
  filter.chosen = {};
}

function menu(label, options, choose) {
  const select = el("select", { "aria-label": label }, ...options.map(([value, text]) => optionOf(value, text)));
  select.addEventListener("change", () => choose(select.value));
  return select;
}

function optionOf(value, text) {
  const option = el("option", "", text);
  option.value = value;
  return option;
}
