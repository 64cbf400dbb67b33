// Box, row, line of code and sentence belong together: pointing at one lights the others.

import { LIT, words } from "./calls.js";
import { inOrder } from "./reading.js";
import { SIDES, sideAt } from "./sides.js";
import { lightUp, readVeil } from "./veil.js";
import { Walk } from "./walk.js";

const GROUND = ".frame[aria-expanded] > rect";
// What comes in and what goes out has no shape that something else has given it.
const ENDS = ["input", "output"];

export class Links {
  /** `open(path)` is called when the reader opens or closes a group. */
  constructor(open) {
    this.open = open;
    this.notes = null;
    // The layer that was asked for last: {id, side}, and what was told of it.
    this.asked = null;
    this.told = [];
    this.walk = new Walk(document.querySelector(".canvas"));
    this.inspector = document.querySelector(".inspector");
    this.inspector.querySelector(".close").addEventListener("click", () => this.close());
    document.addEventListener("pointerover", (event) => this.light(event.target));
    document.addEventListener("focusin", (event) => this.focus(event.target));
    // A finger that has left points at nothing any more.
    for (const end of ["pointerup", "pointercancel"]) {
      document.addEventListener(end, ({ pointerType }) => { if (pointerType === "touch") this.light(document.body); });
    }
    document.addEventListener("click", (event) => this.choose(event));
    document.addEventListener("dblclick", (event) => {
      if (event.target.matches?.(GROUND)) this.open(event.target.parentElement.dataset.group);
    });
    document.addEventListener("keydown", (event) => this.press(event));
    // The card grows once more when its window has come, and takes that room from the text.
    new ResizeObserver(() => {
      if (this.onChosen()) this.reveal();
      const box = document.querySelector(".sheet .chosen");
      if (box && !this.inspector.hidden) uncover(box, this.inspector);
    }).observe(this.inspector);
  }

  /** Whether what is lit is the layer that was asked for. */
  onChosen() {
    return Boolean(this.asked) && this.at?.dataset.node === this.asked.id;
  }

  /** Reads a new page: which calls there are, and in which line of code each was made. */
  read() {
    this.known = new Map();
    this.rows = [...document.querySelectorAll("tr[data-node]")];
    this.inside = byGroup(this.rows.map(idOf));
    const drawn = [...document.querySelectorAll(".sheet .node[data-node]")];
    this.boxes = inOrder(drawn, this.rows.map(idOf));
    readVeil(this.boxes);
    this.lines = [...document.querySelectorAll(".line[data-at]")];
    this.sayings = [...document.querySelectorAll("[data-nodes]")];
    const picture = document.querySelector(".sheet svg");
    // A picture is one thing to a screen reader; here its groups are buttons.
    picture?.setAttribute("role", "group");
    const opened = document.querySelector("#knob-expand")?.value.split(",") ?? [];
    for (const each of document.querySelectorAll(".sheet [data-group]")) {
      const closed = each.matches(".node");
      if (!closed && !opened.includes(each.dataset.group)) continue;
      each.setAttribute("aria-expanded", String(!closed));
    }
    const stops = ".sheet .node[data-node], .sheet [data-group][aria-expanded]";
    this.walk.read([...document.querySelectorAll(stops)]);
    this.notes = null;
    this.keep();
    this.warm();
  }

  /** Finds the calls of everything while nothing else is to do: the first to be pointed at may not wait. */
  warm() {
    const known = this.known;
    const left = [...this.boxes, ...this.sayings];
    const some = (rest) => {
      while (left.length && known === this.known && rest.timeRemaining() > 2) this.calls(left.pop());
      if (left.length && known === this.known) requestIdleCallback(some);
    };
    // Not every browser tells when it rests.
    globalThis.requestIdleCallback?.(some);
  }

  /** Tells of the layer that was asked for as it is now; of one that is gone, no more. */
  keep() {
    const { asked } = this;
    if (!asked || !this.rows.some((row) => idOf(row) === asked.id)) this.close();
    else this.inspect(asked.id, asked.side, this.told);
  }

  /** What is reached by key is lit, and what is told of it brought into sight. */
  focus(element) {
    if (!element.matches?.(":focus-visible")) return;
    this.light(element);
    if (element.matches?.(".sheet :focus-visible")) this.reveal();
  }

  /** Lights everything that belongs to an element; nothing where it belongs to nothing. */
  light(element) {
    const at = element.closest?.("[data-node], [data-nodes], [data-at], [data-group]");
    if (at === this.at) return;
    this.at = at;
    const calls = at ? this.calls(at) : new Set();
    const lit = calls.size ? this.all(calls) : new Set();
    for (const each of document.querySelectorAll(`.${LIT}`)) each.classList.remove(LIT);
    for (const each of lit) each.classList.add(LIT);
    if (at && calls.size) at.classList.add(LIT);
    const inPicture = at?.closest(".sheet");
    const box = this.boxes.some((each) => lit.has(each));
    const dims = Boolean(at && !inPicture && box);
    document.querySelector(".sheet")?.classList.toggle("pointing", dims);
    lightUp(dims);
  }

  /** Scrolls what is lit in the panel into sight; pointing alone never moves the text. */
  reveal() {
    reveal([...document.querySelectorAll(`.panel:not([hidden]) .${LIT}`)]);
  }

  /** The calls that an element stands for, by their id: found once for each picture. */
  calls(element) {
    if (!this.known.has(element)) this.known.set(element, this.found(element));
    return this.known.get(element);
  }

  found(element) {
    const { node, nodes, at, group, parts, folded } = element.dataset;
    if (at !== undefined && node === undefined) {
      return new Set(this.rows.filter((each) => each.dataset.at === at).map(idOf));
    }
    if (group !== undefined) return this.below([group, ...words(folded)]);
    if (nodes !== undefined) return this.below(words(nodes));
    return this.below([node, ...words(parts), ...words(folded)]);
  }

  /** The calls of these names, and those inside groups of these names. */
  below(names) {
    const found = names.flatMap((name) => this.inside.get(name) ?? []);
    return new Set(found.length ? found : names);
  }

  all(calls) {
    const rows = this.rows.filter((each) => calls.has(each.dataset.node));
    const places = new Set(rows.map((each) => each.dataset.at));
    const meets = (each) => [...this.calls(each)].some((call) => calls.has(call));
    return new Set([
      ...rows,
      ...this.boxes.filter(meets),
      ...this.lines.filter((each) => places.has(each.dataset.at)),
      ...this.sentences(meets),
    ]);
  }

  /** Of the sentences about these calls those that speak of the fewest others. */
  sentences(meets) {
    const about = this.sayings.filter(meets).map((each) => [each, this.calls(each).size]);
    const least = Math.min(...about.map(([, size]) => size));
    return about.filter(([, size]) => size === least).map(([each]) => each);
  }

  /** A click: on a group it opens or closes it, on a layer it tells where its numbers come from. */
  choose(event) {
    // The ground of an opened group is for the hand that moves the picture; two clicks close it.
    const box = event.target.matches?.(GROUND) ? null : event.target.closest?.(".sheet [data-node], .sheet [data-group]");
    const row = event.target.closest?.("tr[data-node]");
    const note = event.target.closest?.(".notes [data-nodes]");
    if (box?.hasAttribute("aria-expanded")) this.open(box.dataset.group);
    else if (box?.dataset.node !== undefined) {
      // What is told takes room of its own: only then it is known what is out of sight.
      this.inspect(box.dataset.node, sideAt(event)).then(() => this.reveal());
    }
    else if (row) this.inspect(row.dataset.node, sideAt(event));
    else if (note && !getSelection().toString()) this.inspect(note.dataset.nodes, "");
  }

  press(event) {
    const box = event.target.closest?.(".sheet [tabindex]");
    if (event.key === "Escape" && !this.inspector.hidden) this.close();
    if (!box || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    if (box.hasAttribute("aria-expanded")) this.open(box.dataset.group);
    else this.inspect(box.dataset.node, "");
  }

  /**
   * Tells about one layer; `side` is the dimension that was asked for, if one was. `before` are
   * the sums that were told of it until now: those that are others now stay in sight.
   */
  async inspect(id, side, before = []) {
    this.asked = { id, side };
    this.mark();
    this.notes ??= fetch(document.querySelector("#explain").dataset.notes).then((answer) => answer.json());
    const asked = this.notes;
    let note;
    try {
      note = (await asked).layers.find((each) => each.node === id);
    } catch {
      if (asked === this.notes) this.notes = null;
      return;
    }
    // Another page has come, another layer was asked for, or nothing is any more.
    if (asked !== this.notes || this.asked?.id !== id) return;
    this.show(id, side, note, before);
  }

  show(id, side, note, before) {
    const row = this.rows.find((each) => each.dataset.node === id);
    const [name, shape] = this.inspector.querySelectorAll(".inspected > *");
    name.textContent = id;
    shape.textContent = row?.cells[1].textContent ?? "";
    this.inspector.querySelector(".note").textContent = note?.text ?? "";
    const sums = note?.sums ?? [];
    const shaped = sums.some((sum) => SIDES.some((each) => sum.startsWith(`${each} `)));
    this.inspector.querySelector(".sums").replaceChildren(...sums.map((sum) => told(sum, side, sums, before)));
    this.inspector.querySelector(".kept").hidden = shaped || ENDS.includes(id);
    this.inspector.hidden = false;
    document.dispatchEvent(new CustomEvent("inspected", { detail: id }));
    this.told = sums;
  }

  /** Brings a box of the picture into sight and tells of it: what the search has found. */
  seek(id) {
    const box = [...document.querySelectorAll(".sheet [data-node], .sheet [data-group]")]
      .find(({ dataset }) => (dataset.node ?? dataset.group) === id);
    if (!box) return;
    box.scrollIntoView({ block: "center", inline: "center" });
    box.focus({ preventScroll: true });
    this.light(box);
    if (box.dataset.node && !box.hasAttribute("aria-expanded")) this.inspect(id, "");
  }

  /** Marks the layer that was asked for, in the picture and in the table. */
  mark() {
    for (const each of document.querySelectorAll(".chosen")) each.classList.remove("chosen");
    if (!this.asked) return;
    const its = (each) => each.dataset.node === this.asked.id;
    for (const each of [...this.rows.filter(its), ...this.boxes.filter(its)]) each.classList.add("chosen");
  }

  close() {
    this.asked = null;
    this.told = [];
    this.inspector.hidden = true;
    this.mark();
    document.dispatchEvent(new CustomEvent("inspected", { detail: null }));
  }
}

/** A sum as a line, after what it was before where that was another. */
function told(sum, side, sums, before) {
  const line = document.createElement("li");
  const letter = sum.split(" ")[0];
  const was = before.find((other) => other.split(" ")[0] === letter);
  if (was !== undefined && was !== sum) {
    const old = document.createElement("del");
    old.textContent = was;
    line.append(old, " → ");
  }
  line.append(sum);
  // Where height and width are equal, one line speaks for both.
  const means = side === "W" && !sums.some((other) => other.startsWith("W ")) ? "H" : side;
  line.classList.toggle("meant", Boolean(means) && letter === means);
  return line;
}

const idOf = (row) => row.dataset.node;

/** The calls inside each group, by its name: "" is the whole, and a call is in itself. */
function byGroup(calls) {
  const found = new Map([["", calls]]);
  for (const call of calls) {
    const parts = call.split(".");
    for (let length = 1; length <= parts.length; length += 1) {
      const name = parts.slice(0, length).join(".");
      if (!found.has(name)) found.set(name, []);
      found.get(name).push(call);
    }
  }
  return found;
}

/** Scrolls the panel, not the page, until the first of these is seen. */
function reveal([first]) {
  const panels = first?.closest(".panels");
  if (!panels || panels.scrollHeight <= panels.clientHeight) return;
  const [inner, outer] = [first.getBoundingClientRect(), panels.getBoundingClientRect()];
  if (inner.top < outer.top) panels.scrollTop += inner.top - outer.top - 8;
  else if (inner.bottom > outer.bottom) panels.scrollTop += inner.bottom - outer.bottom + 8;
}

/** Where the card lies over the page, moves the page until the box is seen above it. */
function uncover(box, card) {
  if (getComputedStyle(card).position !== "fixed") return;
  const hidden = box.getBoundingClientRect().bottom + 12 - card.getBoundingClientRect().top;
  if (hidden > 0) scrollBy({ top: hidden, behavior: "instant" });
}
