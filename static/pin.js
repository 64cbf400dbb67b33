// A state that is kept: until it is let go, every turn shows how far it is from that one.

import { picture } from "./motion.js";
import { totals } from "./turn.js";

export class Pin {
  /** `changed()` is called when a state is kept or let go. */
  constructor(group, changed) {
    this.button = group.querySelector("button");
    this.link = group.querySelector("a");
    this.kept = null;
    group.hidden = false;
    this.button.addEventListener("click", () => {
      this.kept = this.kept ? null : { query: shown(), totals: totals(), boxes: picture().boxes };
      this.button.setAttribute("aria-pressed", String(Boolean(this.kept)));
      this.apply();
      changed();
    });
  }

  /** Marks the boxes that are not as they were kept, and leads to the comparison of the two. */
  apply() {
    const query = shown();
    const other = Boolean(this.kept) && query !== null && query !== this.kept.query;
    this.link.hidden = !other;
    if (other) {
      const sides = new URLSearchParams({ a: this.kept.query, b: query });
      this.link.href = `${this.link.dataset.compare}?${sides}`;
    }
    const now = picture().boxes;
    const related = this.kept && [...now.keys()].some((name) => !ENDS.includes(name) && this.kept.boxes.has(name));
    for (const [name, { box, says }] of now) {
      box.classList.toggle("differs", Boolean(related) && this.kept.boxes.get(name)?.says !== says);
    }
  }
}

// Every picture has these.
const ENDS = ["input", "output"];

/** The query of the picture that is shown, or null where there is none. */
function shown() {
  const address = document.querySelector(".sheet metadata")?.textContent;
  return address?.split("?")[1] ?? null;
}
