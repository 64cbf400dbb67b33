// How far one position sees: a slider passes the calls one after another, the picture pales what
// has not been passed, and on a drawn input the square that is seen grows.

const still = matchMedia("(prefers-reduced-motion: reduce)");
// Cells of an input with more of them a side would be a grey mist.
const MOST_CELLS = 64;

export class Sight {
  /** `links` knows which box stands for a call. */
  constructor(slot, button, links) {
    Object.assign(this, { slot, button, links });
    this.range = slot.querySelector("input");
    this.told = slot.querySelector("p");
    this.at = null;
    button.addEventListener("click", () => this.toggle());
    this.range.addEventListener("input", () => this.show(Number(this.range.value)));
    slot.addEventListener("click", ({ target }) => this.press(target.closest("button")?.dataset.sight));
    slot.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.toggle(false);
    });
  }

  /** Reads a new picture: the calls on the main path with what each sees, and the input's sides. */
  read() {
    const [height, width] = (document.querySelector(".totals [data-sides]")?.dataset.sides ?? "").split("×").map(Number);
    this.input = { height, width };
    this.stops = [{ call: "input", side: 1 }, ...this.links.rows
      .filter((row) => !row.matches(".shortcut, .gate"))
      .map((row) => ({ call: row.dataset.node, side: Number(row.cells[row.cells.length - 1].textContent) }))
      .filter(({ side }) => side > 0)];
    const able = height > 0 && width > 0 && this.stops.length > 1;
    this.button.parentElement.hidden = !able;
    this.range.max = this.stops.length - 1;
    if (!able) this.toggle(false);
    else if (!this.slot.hidden) this.show(this.place());
  }

  /** Where the call that was reached last stands now; at the end where it is gone. */
  place() {
    const found = this.stops.findIndex(({ call }) => call === this.at);
    return found < 0 ? this.stops.length - 1 : found;
  }

  toggle(on = this.slot.hidden) {
    const had = !this.slot.hidden;
    this.slot.hidden = !on;
    this.button.setAttribute("aria-pressed", String(on));
    if (on) { this.show(this.place()); this.range.focus(); return; }
    this.pale(null);
    if (had) this.button.focus({ preventScroll: true });
  }

  press(what) {
    if (what === "close") this.toggle(false);
    const here = Number(this.range.value);
    if (what === "on") this.show(this.next(here, 1));
    if (what === "back") this.show(this.next(here, -1));
  }

  /** The next call where the square grows, or, on the way back, the last one where it did. */
  next(here, way) {
    const grows = (place) => place === 0 || this.stops[place].side !== this.stops[place - 1].side;
    let place = here + way;
    while (this.stops[place] && !grows(place)) place += way;
    return Math.max(0, Math.min(this.stops.length - 1, place));
  }

  show(place) {
    const { call, side } = this.stops[place];
    this.at = call;
    this.range.value = place;
    const words = this.words(call, side);
    const [before, after] = words.split("{call}");
    const code = document.createElement("code");
    code.textContent = call;
    this.told.replaceChildren(before, code, after);
    this.range.setAttribute("aria-valuetext", this.told.textContent);
    this.range.style.setProperty("--done", `${(100 * place) / (this.stops.length - 1)}%`);
    this.draw(side);
    this.pale(call);
  }

  words(call, side) {
    const { height, width } = this.input;
    const { one, square, oblong, beyond } = this.slot.dataset;
    const flat = document.querySelector(".totals [data-oblong]");
    const kind = side === 1 ? one : side > Math.max(height, width) ? beyond : flat ? oblong : square;
    return kind.replace("{seen}", `${side}×${side}`).replace("{side}", side).replace("{input}", `${height}×${width}`);
  }

  /** The input as a sheet of cells, and on it what a position in the middle sees. */
  draw(side) {
    const { height, width } = this.input;
    const long = Math.max(height, width);
    const cell = 100 / long;
    const [left, top] = [((long - width) * cell) / 2, ((long - height) * cell) / 2];
    set(this.slot.querySelector(".input"), left, top, width * cell, height * cell);
    const lines = long > MOST_CELLS ? "" : [
      ...steps(1, width).map((x) => `M${left + x * cell} ${top}v${height * cell}`),
      ...steps(1, height).map((y) => `M${left} ${top + y * cell}h${width * cell}`),
    ].join("");
    this.slot.querySelector(".cells").setAttribute("d", lines);
    const [across, down] = [Math.min(side, width), Math.min(side, height)];
    set(this.slot.querySelector(".seen"), left + Math.floor((width - across) / 2) * cell, top + Math.floor((height - down) / 2) * cell, across * cell, down * cell);
  }

  /** Pales the boxes that a call does not stand on; without a call none. */
  pale(call) {
    document.querySelector(".sheet")?.classList.toggle("sighted", call !== null);
    for (const part of document.querySelectorAll(".sheet :is(.passed, .reached)")) part.classList.remove("passed", "reached");
    if (call === null) return;
    const box = this.links.boxes.find((each) => each.dataset.node === call)
      ?? this.links.boxes.find((each) => this.links.calls(each).has(call));
    if (!box) return;
    const wires = [...document.querySelectorAll(".sheet .edge[data-from]")];
    const passed = before(box.dataset.node, wires);
    for (const each of this.links.boxes) each.classList.toggle("passed", passed.has(each.dataset.node));
    for (const wire of wires) wire.classList.toggle("passed", passed.has(wire.dataset.to));
    box.classList.add("reached");
    if (document.activeElement === this.range) box.scrollIntoView({ block: "nearest", inline: "nearest", behavior: still.matches ? "instant" : "smooth" });
  }
}

/** All boxes that lead to one, itself too. */
function before(last, wires) {
  const into = Map.groupBy(wires, ({ dataset }) => dataset.to);
  const found = new Set([last]);
  for (const name of found) for (const { dataset } of into.get(name) ?? []) found.add(dataset.from);
  return found;
}

const steps = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, place) => place + from);

function set(rect, x, y, width, height) {
  // As a style they glide from one call to the next.
  Object.assign(rect.style, { x: `${x}px`, y: `${y}px`, width: `${width}px`, height: `${height}px` });
}
