// The columns beside the picture: each can be folded away or made wider, and stays so; the full
// screen is the picture's, with both folded until one is wanted.

import { Widths } from "./widths.js";

const KEPT = "folded";
const SIDES = ["left", "right"];
// Narrower than this the columns stand below one another: there is nothing to fold.
const wide = matchMedia("(min-width: 1101px)");

export class Columns {
  /** `changed()` is called when there is more or less room for the picture. */
  constructor(workspace, changed) {
    this.workspace = workspace;
    this.changed = changed;
    this.folded = remembered();
    this.full = new Set();
    this.widths = new Widths(workspace, changed);
    this.handles = [...workspace.querySelectorAll("[data-fold]")];
    for (const handle of this.handles) {
      handle.hidden = false;
      handle.addEventListener("click", () => { if (!this.widths.dragged) this.toggle(handle.dataset.fold); });
    }
    document.addEventListener("fullscreenchange", () => {
      this.full = new Set(SIDES);
      this.apply();
      // The screen has its new size only after this event.
      requestAnimationFrame(() => requestAnimationFrame(changed));
    });
    wide.addEventListener("change", () => this.apply());
    this.apply();
  }

  get isFull() {
    return document.fullscreenElement === this.workspace;
  }

  toggle(side) {
    const now = this.isFull ? this.full : this.folded;
    if (!now.delete(side)) now.add(side);
    if (!this.isFull) remember(now);
    this.apply();
    this.changed();
  }

  apply() {
    const now = this.isFull ? this.full : wide.matches ? this.folded : new Set();
    for (const side of SIDES) this.workspace.classList.toggle(`no-${side}`, now.has(side));
    for (const handle of this.handles) {
      handle.setAttribute("aria-expanded", String(!now.has(handle.dataset.fold)));
    }
  }

  /** The whole screen for picture, card and columns, or the page again. */
  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.workspace.requestFullscreen();
  }
}

function remembered() {
  try {
    return new Set((localStorage.getItem(KEPT) ?? "").split(" ").filter((side) => SIDES.includes(side)));
  } catch {
    return new Set();
  }
}

function remember(sides) {
  try {
    localStorage.setItem(KEPT, [...sides].join(" "));
  } catch {
    // A browser that keeps nothing folds them anew.
  }
}
