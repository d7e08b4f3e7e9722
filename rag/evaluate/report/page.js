// Sorting, filtering and opening. Without it, the page shows everything.
// Law: nothing is written into the page but numbers and the words of this file.
"use strict";

const cases = [...document.querySelectorAll(".cases > li")];
const filters = document.getElementById("filters");

if (filters) {
  const buttons = [...filters.querySelectorAll("[data-stage]")];
  const words = document.getElementById("words");
  const shown = document.getElementById("shown");
  const openAll = document.getElementById("open-all");
  const texts = new Map(cases.map((one) => [one, one.textContent.toLowerCase()]));
  const visible = () => cases.filter((one) => !one.hidden);

  const apply = () => {
    const stage = buttons.find((one) => one.ariaPressed === "true").dataset.stage;
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of cases) {
      const at = !stage || one.dataset.stages.split(" ").includes(stage);
      one.hidden = !(at && wanted.every((word) => texts.get(one).includes(word)));
    }
    const left = visible();
    shown.textContent = `${left.length} of ${cases.length} shown`;
    openAll.textContent = left.some((one) => !one.firstElementChild.open) ? "open all" : "close all";
  };

  const choose = (stage) => {
    for (const one of buttons) one.ariaPressed = String(one.dataset.stage === stage);
    apply();
  };

  for (const one of buttons) one.addEventListener("click", () => choose(one.dataset.stage));
  words.addEventListener("input", apply);
  openAll.addEventListener("click", () => {
    const left = visible();
    const open = left.some((one) => !one.firstElementChild.open);
    for (const one of left) one.firstElementChild.open = open;
    apply();
  });

  // A link to a case shows it, whatever the filters are, and opens it.
  const follow = () => {
    const one = cases.find((each) => `#${each.id}` === location.hash);
    if (!one) return;
    if (one.hidden) {
      words.value = "";
      choose("");
    }
    one.firstElementChild.open = true;
    one.scrollIntoView();
    one.querySelector("summary").focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#case-"]');
    if (link && link.hash === location.hash) follow();
  });
  addEventListener("hashchange", follow);
  filters.hidden = false;
  apply();
  follow();
}

const table = document.getElementById("all-queries");

if (table) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const sorted = document.getElementById("sorted");
  const key = (row, column) => {
    const number = row.cells[column].querySelector("data");
    return column ? (number ? Number(number.value) : null) : row.cells[0].textContent;
  };

  const sort = (column) => {
    const up = heads[column].ariaSort !== "ascending";
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null); // unknown ones last
      const order = typeof a === "string" ? a.localeCompare(b) : a - b;
      return up ? order : -order;
    });
    body.append(...rows.map(([, row]) => row));
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].ariaSort = up ? "ascending" : "descending";
    sorted.textContent = `sorted by ${heads[column].textContent}, ${heads[column].ariaSort}`;
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
}
