// The comparison, better than without this file: both pictures move together, and what stands in
// the same place of the two structures lights up together, in the pictures and in the table.

import { LIT, covers, words } from "./calls.js";
import { zoomable } from "./zoom.js";

const BEFORE = ":before";

const panes = document.querySelector(".panes");
const canvases = [...panes.querySelectorAll(".canvas")];
const lock = document.querySelector(".lock");
const tools = document.querySelector(".zoom");

// ---- moving

let led = false;
const zooms = canvases.map((canvas, index) => zoomable(canvas, { onchange: (state) => follow(index, state) }));

/** The others follow the one that the reader moves. */
function follow(index, state) {
  tools.querySelector("output").value = `${Math.round(state.k * 100)}%`;
  if (led || !together()) return;
  led = true;
  zooms.forEach((each, other) => { if (other !== index) each.set(state); });
  led = false;
}

function together() {
  return !lock || lock.getAttribute("aria-pressed") === "true";
}

/** All at the smallest scale that one of them needs. */
function alike(move) {
  led = true;
  zooms.forEach(move);
  const k = Math.min(...zooms.map((each) => each.get().k));
  if (together()) zooms.forEach((each) => each.set({ ...each.get(), k }));
  led = false;
  follow(0, zooms[0].get());
}

const moves = {
  out: () => zooms[0].zoomBy(1 / zooms[0].STEP),
  in: () => zooms[0].zoomBy(zooms[0].STEP),
  fit: () => alike((each) => each.fit()),
};

tools.hidden = false;
tools.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button === lock && lock) {
    lock.setAttribute("aria-pressed", String(!together()));
    if (together()) follow(0, zooms[0].get());
  } else if (button) {
    const apart = !together() && button.dataset.zoom !== "fit";
    moves[button.dataset.zoom]();
    if (apart) zooms.slice(1).forEach((each) => each.zoomBy(button.dataset.zoom === "in" ? each.STEP : 1 / each.STEP));
  }
});
alike((each) => each.start());
for (const canvas of canvases) canvas.scrollTo(0, 0);

// ---- pointing

/** The other structure's name for a call, where it has another one; nothing where it has none. */
const other = { a: new Map(), b: new Map() };
const rows = [...document.querySelectorAll(".differences tbody tr")];
for (const pair of words(panes.dataset.alike)) pairUp(...pair.split("="));
for (const { dataset } of rows) pairUp(dataset.a, dataset.b);

function pairUp(a, b) {
  if (a) other.a.set(a, b);
  if (b) other.b.set(b, a);
}

// A box: the structure whose names it bears, and the names of the calls that it stands for.
const boxes = [...panes.querySelectorAll(".node[data-node]")].map((element) => {
  const { node, group, parts, folded } = element.dataset;
  // Where one picture holds both next to each other, a box says whose it is.
  const [, named, name] = node.match(/^(?:([ab]):)?(.*)$/);
  const gone = element.classList.contains("removed");
  const side = named ?? { a: "a", b: "b" }[element.closest(".pane").dataset.side] ?? (gone ? "a" : "b");
  const own = group === undefined ? [name, ...words(parts)] : [group];
  return { element, side, names: [...own, ...words(folded)].map((each) => each.replace(BEFORE, "")) };
});

const meet = (one, two) => one.some((each) => covers(two, each)) || two.some((each) => covers(one, each));

/** The names of the same calls in both structures. */
function both(side, names) {
  const there = side === "a" ? "b" : "a";
  const translated = names.map((name) => (other[side].has(name) ? other[side].get(name) : name));
  return { [side]: names, [there]: translated.filter(Boolean) };
}

/** Lights the boxes and the rows of these calls; `inTable` dims everything else in the pictures. */
function light(calls, inTable) {
  for (const each of document.querySelectorAll(`.${LIT}`)) each.classList.remove(LIT);
  panes.classList.remove("pointing");
  if (!calls) return;
  const lit = boxes.filter((each) => meet(each.names, calls[each.side] ?? []));
  for (const each of lit) each.element.classList.add(LIT);
  for (const row of rows) {
    const { a, b } = row.dataset;
    const [side, call] = b ? ["b", b] : ["a", a];
    if (covers(calls[side] ?? [], call)) row.classList.add(LIT);
  }
  panes.classList.toggle("pointing", inTable && lit.length > 0);
}

/** The calls of what is pointed at; nothing where that is neither box nor row. */
function callsOf(element) {
  const row = element.closest?.(".differences tbody tr");
  if (row) return { a: row.dataset.a ? [row.dataset.a] : [], b: row.dataset.b ? [row.dataset.b] : [] };
  const box = boxes.find((each) => each.element === element.closest?.(".node"));
  return box && both(box.side, box.names);
}

let at;
// Where the pointer is, and where it was when a row was chosen: what the page then scrolls under
// it is not what the reader points at.
const pointer = { x: -1, y: -1 };
let resting = null;
document.addEventListener("pointermove", ({ clientX, clientY }) => {
  [pointer.x, pointer.y] = [clientX, clientY];
}, { passive: true });

for (const name of ["pointerover", "focusin"]) {
  document.addEventListener(name, (event) => {
    if (resting && event.clientX === resting.x && event.clientY === resting.y) return;
    resting = null;
    const place = event.target.closest?.(".differences tbody tr, .panes .node");
    if (place === at) return;
    at = place;
    light(place && callsOf(place), Boolean(place?.closest("table")));
  });
}

/** A chosen row brings its boxes into the middle of the pictures. */
function bring(row) {
  light(callsOf(row), true);
  at = row;
  resting = { ...pointer };
  led = true;
  canvases.forEach((canvas, index) => {
    const box = canvas.querySelector(`.${LIT}`);
    if (!box) return;
    const { k } = zooms[index].get();
    const [inner, outer] = [box.getBoundingClientRect(), canvas.querySelector("svg").getBoundingClientRect()];
    const middle = { x: (inner.left + inner.width / 2 - outer.left) / k, y: (inner.top + inner.height / 2 - outer.top) / k };
    zooms[index].set({ ...middle, k });
  });
  led = false;
  panes.scrollIntoView({ block: "nearest" });
}

for (const row of rows) row.tabIndex = 0;
document.addEventListener("click", (event) => {
  const row = event.target.closest(".differences tbody tr");
  if (row && !getSelection().toString()) bring(row);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".differences tbody tr")) bring(event.target);
});
