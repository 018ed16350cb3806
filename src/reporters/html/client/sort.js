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
    const button = sortButton(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const order = turnOrder(heading, headings);
      const valueOf = (row) => row.cells[column].dataset.value;
      for (const { body, rows } of groups) body.append(...sorted(rows, valueOf, order));
    });
  }
}

/**
 * The same for a table that has a metric in each row and a reviewer in each column: its metrics become buttons that sort
 * the columns.
 * @param {HTMLTableElement} table
 */
export function makeColumnsSortable(table) {
  const rows = [...table.rows].map((row) => ({ row, cells: [...row.cells].slice(1) }));
  const metrics = [...table.tBodies].flatMap((body) => [...body.rows]);
  const headings = metrics.map((row) => row.cells[0]);
  for (const { row, cells } of rows.filter((one) => metrics.includes(one.row))) {
    const heading = row.cells[0];
    const button = sortButton(heading.firstElementChild);
    heading.prepend(button);
    button.addEventListener("click", () => {
      const order = turnOrder(heading, headings);
      const columns = sorted([...cells.keys()], (column) => cells[column].dataset.value, order);
      for (const one of rows) one.row.append(...columns.map((column) => one.cells[column]));
    });
  }
}

function sortButton(...children) {
  const button = el("button", { type: "button", class: "sort" });
  button.append(...children);
  return button;
}

/** Turns a heading to its next order and all others to none; null is the order of the report. */
function turnOrder(heading, headings) {
  const best = heading.dataset.better === "lower" ? "ascending" : "descending";
  const worst = best === "ascending" ? "descending" : "ascending";
  const before = heading.getAttribute("aria-sort");
  const order = before === null ? best : before === best ? worst : null;
  for (const one of headings) one.removeAttribute("aria-sort");
  if (order !== null) heading.setAttribute("aria-sort", order);
  return order;
}

function sorted(items, valueOf, order) {
  if (order === null) return items;
  const sign = order === "ascending" ? 1 : -1;
  const numberOf = (item) => Number(valueOf(item) ?? Number.NaN);
  return items.toSorted((a, b) => {
    const [left, right] = [numberOf(a), numberOf(b)];
    const missing = Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return missing !== 0 ? missing : Number.isNaN(left) ? 0 : sign * (left - right);
  });
}
