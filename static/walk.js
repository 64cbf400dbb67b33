// The boxes of a picture by key: one stop of the tab key, from which the arrows walk to the next.

const WAYS = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
// A box beside the way is as far as one that lies this much further along it.
const ASIDE = 3;

export class Walk {
  constructor(viewport) {
    this.viewport = viewport;
    this.boxes = [];
    viewport.addEventListener("keydown", (event) => this.press(event));
    viewport.addEventListener("focusin", (event) => this.rest(event.target));
  }

  /** Takes the boxes of a new picture. The one that was left last is still the stop. */
  read(boxes) {
    this.boxes = boxes;
    for (const box of boxes) {
      box.setAttribute("role", "button");
      box.setAttribute("tabindex", "-1");
    }
    // Without boxes the viewport itself can still be scrolled by key.
    this.viewport.tabIndex = boxes.length ? -1 : 0;
    this.stop = null;
    const last = boxes.find((box) => nameOf(box) === this.last) ?? boxes[0];
    if (last) this.rest(last);
  }

  rest(box) {
    if (!this.boxes.includes(box)) return;
    this.stop?.setAttribute("tabindex", "-1");
    box.setAttribute("tabindex", "0");
    this.stop = box;
    this.last = nameOf(box);
  }

  press(event) {
    const here = event.target;
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (modified || !this.boxes.includes(here)) return;
    const ends = { Home: this.boxes[0], End: this.boxes.at(-1) };
    const next = ends[event.key] ?? (WAYS[event.key] && this.next(here, WAYS[event.key]));
    if (!WAYS[event.key] && !ends[event.key]) return;
    event.preventDefault();
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** The nearest box that lies this way, or none. */
  next(here, [right, down]) {
    const from = middle(here);
    let [nearest, least] = [null, Infinity];
    for (const box of this.boxes) {
      const to = middle(box);
      const [across, along] = [to.x - from.x, to.y - from.y];
      const ahead = across * right + along * down;
      const aside = Math.abs(across * down) + Math.abs(along * right);
      if (ahead > 1 && ahead + ASIDE * aside < least) [nearest, least] = [box, ahead + ASIDE * aside];
    }
    return nearest;
  }
}

const nameOf = (box) => box.dataset.node ?? box.dataset.group;

/** Where a box stands on the screen; a frame stands where its name is written. */
function middle(box) {
  const part = box.matches(".frame") ? box.querySelector("text") ?? box : box;
  const { x, y, width, height } = part.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
}
