import { caseHash, judgedMark, shortTally, stateGlyph } from "./case-view.js";
import { el, plural } from "./dom.js";
import { factsOf } from "./filter.js";

const rowHeight = 60;
const spare = 8;

/**
 * A list that holds only the rows in sight, so that ten thousand cases scroll like ten.
 * @returns {{element: HTMLElement, show: (items: object[], reviewer: number) => void, select: (index: number) => void}}
 */
export function caseList(data) {
  const rows = el("ol", "rows");
  const element = el("div", { class: "case-list", tabindex: "-1" }, rows);
  let items = [];
  let reviewer = 0;
  let selected = -1;
  let drawn = "";

  const draw = () => {
    const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - spare);
    const to = Math.min(
      items.length,
      Math.ceil((element.scrollTop + (element.clientHeight || 600)) / rowHeight) + spare,
    );
    const key = `${from} ${to}`;
    if (key === drawn) return;
    drawn = key;
    rows.style.height = `${items.length * rowHeight}px`;
    rows.replaceChildren(...items.slice(from, to).map((item, offset) => row(item, from + offset)));
  };
  const row = (item, index) => {
    const facts = factsOf(item, reviewer);
    const kind = !facts.isAnnotated
      ? "not annotated"
      : item.twin !== undefined
        ? "clean twin"
        : facts.isClean
          ? "clean"
          : plural(facts.bugs, "bug");
    const extra = facts.isClean || !facts.isAnnotated || facts.unlisted === 0 ? "" : `+${facts.unlisted} unlisted`;
    const outcome = facts.outcomes.filter((one) => one !== "completed" && one !== "transport-error").join(", ");
    const link = el(
      "a",
      {
        href: caseHash(item.id, data.reviewers[reviewer].id),
        "aria-current": index === selected ? "true" : "",
        title: item.title === undefined ? item.id : `${item.title} (${item.id})`,
      },
      stateGlyph(facts),
      el("span", "row-title", item.title ?? item.id),
      el(
        "span",
        "row-line",
        el("span", "row-facts", [item.language, kind, outcome].filter((part) => part !== "").join(" · ")),
        el("span", "row-extra", extra),
        el("span", "row-tally", shortTally(facts)),
        judgedMark(facts),
      ),
    );
    const listItem = el("li", { "aria-setsize": String(items.length), "aria-posinset": String(index + 1) }, link);
    listItem.style.top = `${index * rowHeight}px`;
    return listItem;
  };

  element.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(draw).observe(element);
  return {
    element,
    show(nextItems, nextReviewer) {
      [items, reviewer, drawn] = [nextItems, nextReviewer, ""];
      draw();
    },
    select(index) {
      [selected, drawn] = [index, ""];
      const top = index * rowHeight;
      if (index >= 0 && top < element.scrollTop) element.scrollTop = top;
      else if (index >= 0 && top + rowHeight > element.scrollTop + element.clientHeight)
        element.scrollTop = top + rowHeight - element.clientHeight;
      draw();
    },
  };
}
