// Light on a picture of many boxes: to change one of them would paint all of them again, so what is
// lit is drawn on a sheet of its own that lies over them.

import { LIT } from "./calls.js";

// From so many boxes on a change of one is felt.
const MANY = 250;
const SVG = "http://www.w3.org/2000/svg";
const RIM = 1.5;

let boxes = [];
let over = null;

/** Reads a new picture; one of few boxes needs no sheet, and gets none. */
export function readVeil(drawn) {
  boxes = drawn;
  over = null;
  const sheet = document.querySelector(".sheet");
  const vast = drawn.length > MANY;
  sheet?.classList.toggle("vast", vast);
  sheet?.querySelector(".veil")?.remove();
  const picture = sheet?.querySelector("svg");
  if (!vast || !picture) return;
  over = document.createElementNS(SVG, "svg");
  over.setAttribute("class", "veil");
  over.setAttribute("viewBox", picture.getAttribute("viewBox"));
  over.setAttribute("aria-hidden", "true");
  sheet.append(over);
}

/** Draws what is lit: boxes of this class; `dims` says that the others shall be pale. */
export function lightUp(dims, kind = LIT) {
  if (!over) return;
  const paper = document.querySelector(".sheet svg > g");
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", kind);
  if (paper.getAttribute("transform")) group.setAttribute("transform", paper.getAttribute("transform"));
  const lit = boxes.filter((box) => box.classList.contains(kind)).map(shapeOf).filter(Boolean);
  if (dims) group.append(path("dims", wholeOf() + lit.map((box) => outline(box, 1)).join("")));
  if (lit.length) group.append(path("rims", lit.map((box) => outline(box, RIM)).join("")));
  over.replaceChildren(group);
}

function shapeOf(box) {
  return box.querySelector(":scope > :is(rect, path, ellipse, polygon)")?.getBBox();
}

function outline({ x, y, width, height }, more) {
  const [left, top, across, down] = [x - more, y - more, width + 2 * more, height + 2 * more];
  const round = Math.min(9, down / 2, across / 2);
  const corner = `a${round} ${round} 0 0 1`;
  return `M${left + round} ${top}h${across - 2 * round}${corner} ${round} ${round}v${down - 2 * round}${corner} ${-round} ${round}h${2 * round - across}${corner} ${-round} ${-round}v${2 * round - down}${corner} ${round} ${-round}z`;
}

/** All of the picture, its edge included. */
function wholeOf() {
  const { x, y, width, height } = document.querySelector(".sheet svg > g").getBBox();
  return `M${x} ${y}h${width}v${height}h${-width}z`;
}

function path(kind, d) {
  const made = document.createElementNS(SVG, "path");
  made.setAttribute("class", kind);
  made.setAttribute("d", d);
  return made;
}
