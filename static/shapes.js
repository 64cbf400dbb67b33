// Pointing at a shape lights every call that gives the same; at a channel number the knob that sets
// it; at a sum it says why the parts fit. What the pointer only crosses stays as it is.

import { sideAt } from "./sides.js";
import { lightUp } from "./veil.js";

const SHAPE = /^[^\s×]+(×[^\s×]+)+$/;
const A_REST = 110;
const GAP = 10;

export class Shapes {
  constructor(tip) {
    this.tip = tip;
    this.words = tip.dataset;
    this.waiting = null;
    this.at = "";
    document.addEventListener("pointerover", (event) => this.point(event));
    document.addEventListener("pointermove", (event) => this.move(event), { passive: true });
    document.addEventListener("pointerdown", () => this.leave());
    // What is pointed at may move under the pointer without leaving it.
    document.addEventListener("scroll", () => { if (!tip.hidden) this.stand(); }, { capture: true, passive: true });
  }

  point(event) {
    const part = found(event.target);
    if (part === this.part) return;
    this.leave();
    if (!part || event.pointerType === "touch") return;
    this.part = part;
    this.event = event;
    this.waiting = setTimeout(() => this.light(), A_REST);
  }

  /** Within a shape the pointer goes from one side to the other. */
  move(event) {
    if (!this.part || this.part.dataset?.node !== undefined) return;
    this.event = event;
    if (this.waiting === null && this.side() !== this.at) this.light();
  }

  side() {
    return sideAt(this.event, this.part);
  }

  leave() {
    clearTimeout(this.waiting);
    if (!this.part) return;
    this.waiting = null;
    this.part = null;
    this.at = "";
    this.tip.hidden = true;
    document.querySelector(".sheet")?.classList.remove("alikes");
    for (const each of document.querySelectorAll(".alike")) each.classList.remove("alike");
    lightUp(false, "alike");
    for (const each of document.querySelectorAll(".knob.sets")) each.classList.remove("sets");
  }

  light() {
    this.waiting = null;
    if (!this.part?.isConnected) { this.leave(); return; }
    const lines = this.part.dataset?.node === undefined ? this.shape() : this.meeting();
    if (!lines.length) return;
    this.tip.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
    this.tip.hidden = false;
    this.stand();
  }

  /** Lights what gives the same shape, and the knobs of the side under the pointer. */
  shape() {
    const shape = this.part.textContent.trim();
    const rows = rowsOf(shape);
    this.at = this.side();
    document.querySelector(".sheet")?.classList.add("alikes");
    const texts = [...document.querySelectorAll(".sheet .node[data-node] > text")];
    const boxes = texts.filter((text) => text.textContent.trim() === shape).map((text) => text.parentElement);
    for (const each of [...rows, ...boxes]) each.classList.add("alike");
    lightUp(true, "alike");
    for (const each of document.querySelectorAll(".knob.sets")) each.classList.remove("sets");
    const alike = rows.length ? [this.words.alike.replace("{shape}", shape).replace("{count}", rows.length)] : [];
    return this.at === "C" ? [...alike, ...this.channels()] : alike;
  }

  /** Where a number of channels comes from, in words; its knobs are lit. */
  channels() {
    const owner = this.part.closest("[data-node]");
    const row = rowOf(last(owner));
    const origin = row?.dataset.channels ? rowOf(row.dataset.channels) : row;
    // What comes in has no row of its own.
    const input = (row?.dataset.channels ?? owner.dataset.node) === "input";
    const names = input ? ["inplanes"] : (origin?.dataset.knobs ?? "").split(" ");
    const knobs = names.map((name) => document.querySelector(`#knob-${CSS.escape(name || "-")}`)).filter(Boolean);
    for (const knob of knobs) knob.closest(".knob").classList.add("sets");
    const lines = [];
    if (input) lines.push(this.words.input);
    else if (origin !== row) lines.push(this.words.set.replace("{call}", origin?.dataset.node ?? row.dataset.channels));
    if (origin?.dataset.formula) lines.push(origin.dataset.formula);
    if (knobs.length) lines.push(this.words.knobs.replace("{names}", knobs.map((knob) => knob.name).join(", ")));
    return lines;
  }

  /** Why what meets at a sum fits, or why it does not. */
  meeting() {
    const row = rowOf(this.part.dataset.node);
    const takes = row?.dataset.takes?.split(" ") ?? [];
    if (takes.length < 2) return [];
    if (new Set(takes).size === 1) return [this.words[row.dataset.meets].replace("{shape}", takes[0])];
    return [this.words[fits(takes) ? "stretched" : "clash"].replace("{shapes}", takes.join(", "))];
  }

  /** Beside the box that is pointed at, where it covers no other of its path; within the window. */
  stand() {
    const box = (this.part.closest(".node") ?? this.part).getBoundingClientRect();
    const { width, height } = this.tip.getBoundingClientRect();
    const sides = [box.right + GAP, box.left - GAP - width];
    const left = sides.find((side) => side >= GAP && side + width <= innerWidth - GAP);
    const top = left === undefined ? box.bottom + GAP : box.top + box.height / 2 - height / 2;
    const within = (at, size, room) => Math.max(GAP, Math.min(room - GAP - size, at));
    this.tip.style.left = `${within(left ?? box.left, width, innerWidth)}px`;
    this.tip.style.top = `${within(top, height, innerHeight)}px`;
  }
}

/** The shape or the sum under the pointer. */
function found(target) {
  const text = target.closest?.(".sheet .node > text, #layers td:nth-child(2)");
  // A sum that fails has the shapes of its sides written in it.
  if (text && !text.closest(".problem") && SHAPE.test(text.textContent.trim())) return text;
  return target.closest?.(".sheet .node:is(.add, .multiply)[data-node]") ?? null;
}

const rowOf = (call) => (call === undefined ? null : document.querySelector(`tr[data-node="${CSS.escape(call)}"]`));
const rowsOf = (shape) => [...document.querySelectorAll("tr[data-node]")].filter((row) => row.cells[1].textContent === shape);

/** The call whose shape a box shows: of several the last. */
function last({ dataset }) {
  const parts = dataset.parts?.split(" ");
  if (parts) return parts.at(-1);
  if (rowOf(dataset.node)) return dataset.node;
  const inside = [...document.querySelectorAll("tr[data-node]")].filter((row) => row.dataset.node.startsWith(`${dataset.node}.`));
  return inside.at(-1)?.dataset.node;
}

/** Whether shapes fit each other as torch has it: from the right, sides are equal or 1. */
function fits(shapes) {
  const sides = shapes.map((shape) => shape.split("×").reverse());
  const longest = Math.max(...sides.map((each) => each.length));
  return Array.from({ length: longest }, (_, place) => new Set(sides.map((each) => each[place] ?? "1")))
    .every((values) => new Set([...values].filter((value) => value !== "1")).size < 2);
}
