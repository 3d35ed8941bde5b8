"use strict";
// Sorting and filtering. The page is whole without it; nothing here makes mark-up or asks the network.

function valueOf(row, column, isNumber) {
  const cell = row.cells[column];
  return isNumber ? Number(cell.dataset.value) : cell.textContent.trim().toLowerCase();
}

function sortBy(heading) {
  const table = heading.closest("table");
  const isNumber = "number" in heading.dataset;
  const wasSorted = heading.getAttribute("aria-sort");
  const order = wasSorted ? (wasSorted === "ascending" ? "descending" : "ascending") : isNumber ? "descending" : "ascending";
  const sign = order === "ascending" ? 1 : -1;
  const rows = Array.from(table.tBodies[0].rows, (row) => [valueOf(row, heading.cellIndex, isNumber), row]);
  rows.sort(([one], [other]) => sign * (isNumber ? one - other : one.localeCompare(other)));
  table.tBodies[0].append(...rows.map(([, row]) => row));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
}

function textOf(document) {
  document.searched ??= document.textContent.toLowerCase();
  return document.searched;
}

function fits(document, wanted) {
  const has = (name) => !wanted[name] || document.dataset[name] === wanted[name];
  const words = wanted.words.toLowerCase().split(/\s+/);
  return has("verdict") && has("reason") && has("source") && words.every((word) => textOf(document).includes(word));
}

function filter(form) {
  const wanted = Object.fromEntries(new FormData(form));
  const documents = form.parentElement.querySelectorAll("li.doc");
  let shown = 0;
  for (const document of documents) {
    document.hidden = !fits(document, wanted);
    shown += !document.hidden;
  }
  form.querySelector("output").textContent = shown === documents.length ? `${shown} shown` : `${shown} of ${documents.length} shown`;
  form.parentElement.querySelector(".none").hidden = shown > 0;
}

function pick(source) {
  const form = document.querySelector("form.filters");
  form.reset();
  form.elements.source.value = source;
  filter(form);
  form.scrollIntoView();
  form.elements.source.focus();
}

for (const heading of document.querySelectorAll("table.sortable th button:not(.pick)")) {
  heading.addEventListener("click", () => sortBy(heading.closest("th")));
}
for (const button of document.querySelectorAll("button.pick")) {
  button.addEventListener("click", () => pick(button.dataset.source));
}
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("input", () => filter(form));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => filter(form)));
  filter(form); // a browser that goes back keeps what was chosen
}
