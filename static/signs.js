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
    for (const group of groups) sign(group);
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

/** A plus or a minus at the upper right corner of a group. */
function sign(group) {
  const shape = group.querySelector(":scope > rect, :scope > path, :scope > polygon");
  if (!shape || group.querySelector(".sign")) return;
  const { x, y, width } = shape.getBBox();
  const mark = document.createElementNS(DRAWN, "g");
  mark.setAttribute("class", "sign");
  mark.setAttribute("aria-hidden", "true");
  const [across, down] = [x + width, y];
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
