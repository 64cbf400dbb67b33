// Finds subjects and knobs by what they are called and by what is said of them.

export class Search {
  constructor(box) {
    this.field = box.querySelector("input");
    box.hidden = false;
    this.field.addEventListener("input", () => this.apply());
    this.field.addEventListener("keydown", (event) => this.press(event));
  }

  get wanted() {
    return this.field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  }

  /** Shows what fits; where no knob fits, all stay, for then a subject is looked for. */
  apply() {
    const { wanted } = this;
    const fits = (each) => {
      const text = `${each.dataset.words ?? ""} ${each.textContent}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    };
    const subjects = [...document.querySelectorAll(".subjects li")];
    const knobs = [...document.querySelectorAll("#knobs .knob")];
    const some = knobs.some(fits);
    for (const each of subjects) each.hidden = !fits(each);
    for (const each of knobs) each.hidden = some && !fits(each);
    for (const each of document.querySelectorAll("#knobs .group")) {
      each.hidden = wanted.length > 0 && some && !each.querySelector(".knob:not([hidden])");
    }
    for (const each of document.querySelectorAll(".subjects details")) {
      const found = each.querySelectorAll("li:not([hidden])").length;
      each.hidden = wanted.length > 0 && !found;
      if (wanted.length && each.dataset.before === undefined) each.dataset.before = each.open;
      if (wanted.length) each.open = true;
      else if (each.dataset.before !== undefined) {
        each.open = each.dataset.before === "true";
        delete each.dataset.before;
      }
    }
    const nothing = document.querySelector(".subjects .nothing");
    nothing.hidden = some || subjects.some((each) => !each.hidden);
  }

  press(event) {
    const found = [...document.querySelectorAll(".subjects li:not([hidden]) a")];
    const named = (each) => this.wanted.every((word) => `${each.title} ${each.textContent}`.toLowerCase().includes(word));
    // What is called that comes before what is only said to be that.
    const first = found.find(named) ?? found[0];
    if (event.key === "Escape") {
      this.field.value = "";
      this.apply();
    } else if (event.key === "Enter" && this.wanted.length && first) {
      event.preventDefault();
      first.click();
    } else if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
  }
}
