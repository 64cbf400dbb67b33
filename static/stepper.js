// The steps of a number: half and twice for what grows by powers of two, one less and one more for
// the rest; by button, by arrow key (with Shift always by one), and by dragging the knob's name.

import { turn } from "./segments.js";

// So far the pointer goes for one step.
const A_STEP = { double: 26, step: 14 };
const A_CLICK = 4;
const KINDS = ["double", "step"];

/** Puts the two buttons beside every number that has steps. */
export function dressNumbers() {
  // The form, or what stands for one, has the words.
  const words = document.querySelector("[data-half]").dataset;
  for (const control of document.querySelectorAll(".knob > .control[data-dress]")) {
    const kind = control.dataset.dress;
    if (!KINDS.includes(kind)) continue;
    const field = control.querySelector("input");
    const twice = kind === "double";
    for (const [way, sign, said] of [[-1, twice ? "÷2" : "−", twice ? words.half : words.less], [1, twice ? "×2" : "+", twice ? words.twice : words.more]]) {
      const made = control.querySelector(`.by[data-way="${way}"]`) ?? control.appendChild(buttonOf(field, way));
      made.textContent = sign;
      made.title = said.replace("{name}", field.name);
      made.setAttribute("aria-label", made.title);
    }
    limit(control, field);
  }
  offerBack(words);
}

function buttonOf(field, way) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "dress by";
  button.id = `${field.id}${way < 0 ? "-less" : "-more"}`;
  button.dataset.way = way;
  // The arrows of the field do the same: a stop more for each knob would be in the way.
  button.tabIndex = -1;
  button.addEventListener("click", () => step(field, way, kindOf(field)));
  return button;
}

const kindOf = (field) => field.closest(".control").dataset.dress;

/** The value that is so many steps away, within bounds. */
function stepped(field, from, steps, kind) {
  const [least, most, grain] = [Number(field.min), Number(field.max), Number(field.step) || 1];
  const to = kind === "double" ? from * 2 ** steps : from + steps * grain;
  return Math.min(most, Math.max(least, Math.floor(to / grain) * grain));
}

function step(field, steps, kind, from = Number(field.value || field.dataset.default || field.min)) {
  const to = stepped(field, from, steps, kind);
  if (String(to) === field.value) return;
  turn(field, String(to));
  limit(field.closest(".control"), field);
}

/** A step that leads nowhere is not offered. */
function limit(control, field) {
  const value = Number(field.value);
  control.querySelector('.by[data-way="-1"]').disabled = field.value !== "" && value <= Number(field.min);
  control.querySelector('.by[data-way="1"]').disabled = field.value !== "" && value >= Number(field.max);
}

/** Beside what a changed knob is without being turned: the way back to it. */
function offerBack(words) {
  for (const knob of document.querySelectorAll(".knob")) {
    const field = knob.querySelector(".control > :is(input, select)");
    const old = knob.querySelector(".hint .back");
    if (!knob.matches(".changed") || !field.dataset.default) { old?.remove(); continue; }
    if (old) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "back";
    button.id = `${field.id}-back`;
    button.textContent = `↺ ${field.dataset.default}`;
    button.title = words.back.replace("{name}", field.name).replace("{value}", field.dataset.default);
    button.setAttribute("aria-label", button.title);
    button.addEventListener("click", () => {
      turn(field, field.dataset.default);
      (knob.querySelector(".control :checked") ?? field).focus();
    });
    knob.querySelector(".hint").append(" ", button);
  }
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.('.control[data-dress="double"] > input');
  const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!field || !way || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  step(field, way, event.shiftKey ? "step" : "double");
});

document.addEventListener("input", ({ target }) => {
  const control = target.closest?.(".knob > .control");
  if (control && KINDS.includes(control.dataset.dress) && target.matches("input")) limit(control, target);
});

/** The pointer takes hold of a knob's name and turns it. */
let held = null;
document.addEventListener("pointerdown", (event) => {
  const label = event.target.closest?.(".knob > label");
  const field = label?.parentElement.querySelector(".control > input");
  if (!field || event.button || !KINDS.includes(kindOf(field))) return;
  held = { label, field, x: event.clientX, from: Number(field.value || field.dataset.default), moved: false };
});
document.addEventListener("pointermove", (event) => {
  if (!held) return;
  const far = event.clientX - held.x;
  if (!held.moved && Math.abs(far) < A_CLICK) return;
  if (!held.moved) held.label.setPointerCapture(event.pointerId);
  held.moved = true;
  const kind = kindOf(held.field);
  step(held.field, Math.round(far / A_STEP[kind]), kind, held.from);
});
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => {
    const last = held;
    // The click that ends a drag comes after this event.
    setTimeout(() => { if (held === last) held = null; });
  });
}
document.addEventListener("click", (event) => {
  if (held?.moved && held.label.contains(event.target)) event.preventDefault();
}, { capture: true });
