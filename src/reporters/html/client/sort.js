import { el } from "./dom.js";

/**
 * Makes the headings of a table of metrics into buttons that sort its rows within their groups: best first, then worst
 * first, then as the report has them. Cells carry `data-value`; those without one come last either way.
 * @param {HTMLTableElement} table
 */
export function makeSortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  const groups = [...table.tBodies].map((body) => ({
    body,
    rows: [...body.rows].filter((row) => !row.classList.contains("divider")),
  }));
  for (const [column, heading] of headings.entries()) {
    if (column === 0) continue;
    const isLowBest = heading.dataset.better === "lower";
    const button = el("button", { type: "button", class: "sort" });
    button.append(...heading.childNodes);
    heading.append(button);
    const [best, worst] = isLowBest ? ["ascending", "descending"] : ["descending", "ascending"];
    button.addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      const order = before === null ? best : before === best ? worst : null;
      for (const one of headings) one.removeAttribute("aria-sort");
      if (order !== null) heading.setAttribute("aria-sort", order);
      for (const { body, rows } of groups) body.append(...sorted(rows, column, order));
    });
  }
}

function sorted(rows, column, order) {
  if (order === null) return rows;
  const sign = order === "ascending" ? 1 : -1;
  const valueOf = (row) => Number(row.cells[column].dataset.value ?? Number.NaN);
  return rows.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    const missing = Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return missing !== 0 ? missing : Number.isNaN(left) ? 0 : sign * (left - right);
  });
}
