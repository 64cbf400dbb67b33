// Signs at the corners of groups that open and close, and all of them opened or closed at once.

import { words } from "./calls.js";

const SIZE = 15;
const DRAWN = "http://www.w3.org/2000/svg";

export class Signs {
  /** `set(paths)` draws the picture with just these groups opened. */
  constructor(set) {
    document.addEventListener("click", (event) => {
      const wanted = event.target.closest?.(".opens button")?.dataset.open;
      if (wanted) set(wanted === "all" ? [...opened(), ...closed()] : []);
    });
  }

  /** Puts the signs on a new picture. */
  read() {
    const groups = [...document.querySelectorAll(".sheet [data-group][aria-expanded]")];
    // All places are read before the first sign is put: each would make the page be laid out again.
    const places = groups.map(cornerOf);
    groups.forEach((group, index) => sign(group, places[index]));
    const [all, none] = document.querySelectorAll(".opens button");
    if (!all) return;
    all.disabled = closed().length === 0;
    none.disabled = opened().length === 0;
    all.parentElement.hidden = all.disabled && none.disabled;
  }
}

const opened = () => (document.querySelector("#knob-expand")?.value ?? "").split(",").filter(Boolean);
// Those that a box stands for are opened with it, so that they go on being drawn as one.
const closed = () => [...document.querySelectorAll('.sheet .node[data-group][aria-expanded="false"]')]
  .flatMap(({ dataset }) => [dataset.group, ...words(dataset.folded)]);

/** The upper right corner of a group that has no sign yet. */
function cornerOf(group) {
  const shape = group.querySelector(":scope > rect, :scope > path, :scope > polygon");
  if (!shape || group.querySelector(":scope > .sign")) return null;
  const { x, y, width } = shape.getBBox();
  return [x + width, y];
}

/** A plus or a minus at the corner of a group. */
function sign(group, corner) {
  if (!corner) return;
  const [across, down] = corner;
  const mark = document.createElementNS(DRAWN, "g");
  mark.setAttribute("class", "sign");
  mark.setAttribute("aria-hidden", "true");
  const around = part("circle", { cx: across, cy: down, r: SIZE / 2 });
  const arm = SIZE / 4.4;
  const level = `M${across - arm} ${down}h${2 * arm}`;
  const lines = group.getAttribute("aria-expanded") === "true" ? level : `${level}M${across} ${down - arm}v${2 * arm}`;
  mark.append(around, part("path", { d: lines }));
  group.append(mark);
}

function part(name, attributes) {
  const made = document.createElementNS(DRAWN, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
