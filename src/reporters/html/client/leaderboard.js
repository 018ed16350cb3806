/** The rankings as the page was made of them, the one that it shows first. */
const views = JSON.parse(document.getElementById("views").textContent);
const form = document.getElementById("selectors");
const byId = (id) => document.getElementById(id);
const names = ["measure", "counting", "judge"];
const laneWidth = 7;
const ends = { begin: { from: 14, to: "100%" }, on: { from: 0, to: "100%" }, end: { from: 0, to: 26 } };

if (form.elements.length > 0) {
  form.hidden = false;
  // A browser may have kept what was chosen before the page was loaded anew.
  show(fitting("measure"));
  form.addEventListener("change", (event) => show(fitting(event.target.name)));
}

/** The ranking that fits what is chosen; where none fits all, the first that has the choice that was just made. */
function fitting(changed) {
  const wanted = (name) => form.elements[name]?.value ?? "";
  const fits = (view, name) => form.elements[name] === undefined || view[name] === "" || view[name] === wanted(name);
  return (
    views.find((view) => names.every((name) => fits(view, name))) ??
    views.find((view) => view[changed] === wanted(changed) && view.measure === wanted("measure")) ??
    views.find((view) => view[changed] === wanted(changed)) ??
    views[0]
  );
}

function show(view) {
  for (const name of names) {
    const menu = form.elements[name];
    if (menu === undefined) continue;
    if (view[name] !== "") menu.value = view[name];
    const others = views.filter((other) => other.measure === view.measure).map((other) => other[name]);
    if (name !== "measure") menu.disabled = new Set(others).size < 2;
  }
  byId("caption").textContent = view.caption;
  const [title, arrow, count] = byId("measure").children;
  title.textContent = view.measure;
  count.textContent = view.count;
  arrow.textContent = view.better === "higher" ? "↑" : "↓";
  arrow.setAttribute("aria-label", `${view.better} is better`);
  byId("scale").textContent = view.scale === "" ? "" : `Dashed lines: ${view.scale}.`;
  const rows = new Map([...document.querySelectorAll("tr[data-id]")].map((row) => [row.dataset.id, row]));
  const place = (some, body) => {
    for (const one of some) {
      const row = rows.get(one.id);
      fill(row, one, view);
      body.append(row);
    }
    return some.length;
  };
  place(view.rows, byId("ranked"));
  byId("unranked").hidden = place(view.unranked, byId("unranked")) === 0;
}

function fill(row, one, view) {
  const set = (selector, text) => (row.querySelector(selector).textContent = text);
  set(".rank", one.rank);
  row.querySelector(".rank").title = one.title;
  set(".facts", one.reason === "" ? one.move : one.reason);
  set(".value .shown", one.value);
  set(".value .interval", one.interval);
  set(".value .count", one.n);
  row
    .querySelector(".rules")
    .replaceChildren(...one.rules.map(([lane, part]) => line({ x: lane * laneWidth + 3, ...ends[part] })));
  const plot = row.querySelector(".plot");
  plot.setAttribute("aria-label", one.at === null ? "no value" : `${one.value}, ${one.interval}`);
  plot
    .querySelector(".yards")
    .replaceChildren(...view.yardsticks.map((x) => line({ x: `${x}%`, from: 0, to: "100%", className: "yard" })));
  const whisker = plot.querySelector(".whisker");
  const group = whisker.parentNode;
  if (one.at === null) return group.setAttribute("display", "none");
  group.removeAttribute("display");
  group.classList.toggle("few", one.isFew);
  whisker.setAttribute("x1", `${one.low ?? one.at}%`);
  whisker.setAttribute("x2", `${one.high ?? one.at}%`);
  plot.querySelector(".dot").setAttribute("x", `${one.at}%`);
}

function line({ x, from, to, className = "" }) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const attributes = { x1: x, x2: x, y1: from, y2: to, ...(className === "" ? {} : { class: className }) };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
