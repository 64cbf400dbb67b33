// Finds subjects, knobs, and what is drawn in the picture, by what they are called and by what is
// said of them.

const MOST_DRAWN = 8;

export class Search {
  /** `seek(call)` brings a box of the picture into sight. */
  constructor(box, seek) {
    this.field = box.querySelector("input");
    this.drawn = box.parentElement.querySelector(".drawn");
    this.seek = seek;
    box.hidden = false;
    this.field.addEventListener("input", () => this.apply());
    this.field.addEventListener("keydown", (event) => this.press(event));
    this.drawn.addEventListener("click", (event) => {
      const call = event.target.closest("button")?.dataset.call;
      if (call !== undefined) this.seek(call);
    });
    this.drawn.addEventListener("keydown", (event) => this.walk(event));
  }

  get wanted() {
    return this.field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  }

  fits(text) {
    return this.wanted.every((word) => text.toLowerCase().includes(word));
  }

  /** Shows what fits; where no knob fits, all stay as long as something else is found. */
  apply() {
    const { wanted } = this;
    const fits = (part) => this.fits(`${part.dataset.words ?? ""} ${part.textContent}`);
    const subjects = [...document.querySelectorAll(".subjects li")];
    const knobs = [...document.querySelectorAll("#knobs .knob")];
    for (const subject of subjects) subject.hidden = !fits(subject);
    this.offer(wanted.length ? this.boxes() : []);
    const found = subjects.some((subject) => !subject.hidden) || !this.drawn.hidden;
    const some = knobs.some(fits);
    for (const knob of knobs) knob.hidden = (some || !found) && !fits(knob);
    for (const group of document.querySelectorAll("#knobs .group")) {
      group.hidden = wanted.length > 0 && (some || !found) && !group.querySelector(".knob:not([hidden])");
    }
    for (const family of document.querySelectorAll(".subjects details")) this.unfold(family, wanted.length > 0);
    document.querySelector(".subjects .nothing").hidden = some || found;
    for (const mark of document.querySelectorAll(".first")) mark.classList.remove("first");
    if (wanted.length) this.first?.classList.add("first");
  }

  /** A family is open as long as something in it is looked for, and says how much of it fits. */
  unfold(family, seeking) {
    const found = family.querySelectorAll("li:not([hidden])").length;
    const count = family.querySelector(":scope > summary .count");
    if (count) count.textContent = found;
    family.hidden = seeking && !found;
    if (seeking && family.dataset.before === undefined) family.dataset.before = family.open;
    if (seeking) family.open = true;
    else if (family.dataset.before !== undefined) {
      family.open = family.dataset.before === "true";
      delete family.dataset.before;
    }
  }

  /** The boxes of the picture that fit: those so called come before those that say it. */
  boxes() {
    const all = [...document.querySelectorAll(".sheet .node[data-node], .sheet .frame[data-group]")];
    const found = all.map((box) => {
      const name = box.dataset.node ?? box.dataset.group;
      const says = [...box.querySelectorAll("text")].map((text) => text.textContent);
      return { name, says: says.find((text) => text !== name) ?? "", fits: this.fits(`${name} ${says.join(" ")}`) };
    });
    const named = (box) => this.wanted.some((word) => box.name.toLowerCase().includes(word));
    return found.filter(({ fits }) => fits).sort((one, other) => named(other) - named(one));
  }

  offer(boxes) {
    const list = this.drawn.querySelector("ul");
    list.replaceChildren(...boxes.slice(0, MOST_DRAWN).map(({ name, says }) => {
      const [item, button, told] = ["li", "button", "span"].map((tag) => document.createElement(tag));
      button.type = "button";
      button.dataset.call = name;
      told.textContent = says;
      button.append(name, " ", told);
      item.append(button);
      return item;
    }));
    this.drawn.querySelector(".count").textContent = boxes.length;
    this.drawn.hidden = boxes.length === 0;
  }

  /** What Enter takes: a subject that is called so, else a box, else a subject of which it is said. */
  get first() {
    const subjects = [...document.querySelectorAll(".subjects li:not([hidden]) a")];
    const named = subjects.find((link) => this.fits(`${link.title} ${link.textContent}`));
    return named ?? this.drawn.querySelector("button") ?? subjects[0];
  }

  press(event) {
    if (event.key === "Escape") {
      this.field.value = "";
      this.apply();
    } else if (event.key === "Enter" && this.wanted.length && this.first) {
      event.preventDefault();
      this.first.click();
    } else if (event.key === "ArrowDown" && this.first) {
      event.preventDefault();
      this.first.focus();
    }
  }

  /** The arrows walk the boxes that were found. */
  walk(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const all = [...this.drawn.querySelectorAll("button")];
    (all[all.indexOf(document.activeElement) + way] ?? this.field).focus();
  }
}
