// On a phone the picture stays in sight while the knobs below it are turned: as a strip at the top of
// the screen, on what the last turn has changed.

const narrow = matchMedia("(max-width: 720px)");

export class Strip {
  constructor(workspace, zoom) {
    this.main = workspace.querySelector("main");
    this.canvas = workspace.querySelector(".canvas");
    this.knobs = workspace.querySelector("#knobs");
    this.zoom = zoom;
    this.room = document.createElement("div");
    this.room.className = "strip-room";
    this.room.hidden = true;
    this.main.before(this.room);
    this.before = null;
    addEventListener("scroll", () => this.look(), { passive: true });
    addEventListener("resize", () => this.look());
    narrow.addEventListener("change", () => this.look());
  }

  get shown() {
    return this.main.classList.contains("strip");
  }

  /** Whether the knobs are what is looked at, and the picture's own place is above the screen. */
  wanted() {
    if (!narrow.matches || document.fullscreenElement) return false;
    const [form, place] = [this.knobs, this.shown ? this.room : this.main].map((part) => part.getBoundingClientRect());
    return place.bottom < innerHeight * 0.4 && form.bottom > innerHeight * 0.55;
  }

  look() {
    const wanted = this.wanted();
    if (wanted === this.shown) return;
    if (wanted) this.before = { view: this.zoom.get(), place: [this.canvas.scrollLeft, this.canvas.scrollTop] };
    this.room.style.height = `${this.main.offsetHeight}px`;
    this.room.hidden = !wanted;
    this.main.classList.toggle("strip", wanted);
    if (wanted) this.seek();
    else this.canvas.scrollTo(...this.before.place);
  }

  /** Brings what a turn has changed into the strip. */
  seek() {
    if (!this.shown) return;
    // What was asked for, else what is new, else what is said otherwise: the uppermost of it.
    const kinds = [".chosen", ".fresh", ".altered"].map((kind) => [...this.canvas.querySelectorAll(`.node${kind}`)]);
    const top = (box) => box.getBoundingClientRect().top;
    const [changed] = (kinds.find((boxes) => boxes.length) ?? []).sort((one, other) => top(one) - top(other));
    if (!changed) return;
    const [inner, outer] = [changed.getBoundingClientRect(), this.canvas.getBoundingClientRect()];
    this.canvas.scrollTop += inner.top - outer.top - outer.height * 0.35;
  }
}
