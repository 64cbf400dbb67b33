// How wide the columns beside the picture are: dragged by their handles or set by the arrow keys,
// and kept.

const KEPT = "widths";
const LEAST = 240;
// The picture keeps at least this part of the window.
const OF_PICTURE = 0.3;
const A_CLICK = 4;
const A_STEP = 24;
const GROWS = { left: 1, right: -1 };

export class Widths {
  /** `changed()` is called when there is more or less room for the picture. */
  constructor(workspace, changed) {
    this.workspace = workspace;
    this.changed = changed;
    this.kept = remembered();
    // A press that moved is no click, which would fold the column.
    this.dragged = false;
    for (const [side, width] of Object.entries(this.kept)) this.set(side, width);
    for (const handle of workspace.querySelectorAll("[data-fold]")) this.listen(handle, handle.dataset.fold);
  }

  listen(handle, side) {
    let from = null;
    handle.addEventListener("pointerdown", (event) => {
      this.dragged = false;
      if (event.button || handle.getAttribute("aria-expanded") === "false") return;
      from = { x: event.clientX, width: this.width(side) };
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      const far = from && event.clientX - from.x;
      if (!from || (!this.dragged && Math.abs(far) < A_CLICK)) return;
      this.dragged = true;
      this.set(side, from.width + far * GROWS[side]);
    });
    const release = () => {
      if (from && this.dragged) this.keep();
      from = null;
    };
    handle.addEventListener("pointerup", release);
    handle.addEventListener("pointercancel", release);
    handle.addEventListener("keydown", (event) => {
      this.dragged = false;
      if (event.key === "Home") this.reset(side);
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!way || handle.getAttribute("aria-expanded") === "false") return;
      event.preventDefault();
      this.set(side, this.width(side) + way * A_STEP * GROWS[side]);
      this.keep();
    });
  }

  /** As wide as it was given. */
  reset(side) {
    delete this.kept[side];
    this.workspace.style.removeProperty(`--${side}`);
    this.keep();
  }

  width(side) {
    return this.workspace.querySelector(`:scope > .${side}`).getBoundingClientRect().width;
  }

  set(side, wanted) {
    const most = innerWidth * (1 - OF_PICTURE) - this.width(side === "left" ? "right" : "left");
    const width = Math.round(Math.max(LEAST, Math.min(wanted, most)));
    this.kept[side] = width;
    this.workspace.style.setProperty(`--${side}`, `${width}px`);
  }

  keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.kept));
    } catch {
      // A browser that keeps nothing has the given widths again.
    }
    this.changed();
  }
}

/** The widths that were set, of those that are numbers. */
function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT)) ?? {};
    return Object.fromEntries(Object.entries(found).filter(([side, width]) => side in GROWS && Number.isFinite(width)));
  } catch {
    return {};
  }
}
