// The sides of a comparison by knobs: a turned one compares anew, and the reader stays at it.

import { dressChoices } from "./segments.js";
import { dressNumbers } from "./stepper.js";

// Steps that follow each other within this time are one.
const A_REST = 350;
const KEPT = "picked";

const pickers = document.querySelector(".pickers");
const form = document.querySelector("form.sides");
let resting;

/** The query of a side as its knobs stand, defaults left out, in the permalink's order. */
function queryOf(picker) {
  const fields = picker.querySelector(".fields");
  if (!fields) return picker.querySelector("select").value;
  const query = new URLSearchParams(fields.dataset.kept);
  for (const field of fields.querySelectorAll(".control > :is(input, select)")) {
    if (field.value !== "" && field.value !== field.dataset.default) query.append(field.name, field.value);
  }
  query.sort();
  return [fields.dataset.subject, plain(query)].filter(Boolean).join("&");
}

const plain = (query) => query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");

/** Compares with a side that is this query now, and no code any more. */
function compare(side, query) {
  keep({ side, focus: document.activeElement.id });
  const said = [...new FormData(form)].filter(([name, value]) => value && !name.startsWith(`${side}.`) && name !== side);
  const here = new URLSearchParams([...said, [side, query]]);
  const code = [...form.querySelectorAll("textarea")].find(({ name }) => here.has(name));
  if (code) send(code.closest(".paste").querySelector("button").formAction, here);
  else location.assign(`${form.action}?${here}`);
}

/** Code may be too long for an address. */
function send(action, pairs) {
  const sent = Object.assign(document.createElement("form"), { action, method: "post", hidden: true });
  for (const [name, value] of pairs) sent.append(Object.assign(document.createElement("input"), { name, value, type: "hidden" }));
  form.after(sent);
  sent.submit();
}

function turned({ target, type, inputType }) {
  const picker = target.closest(".picker");
  if (!picker) return;
  clearTimeout(resting);
  if (target.matches(".structure select")) {
    if (type === "change") compare(picker.dataset.side, target.value);
    return;
  }
  // What is typed is done when its reader says so: by Enter, or by going on.
  if (type === "input" && inputType) return;
  if (queryOf(picker) !== picker.dataset.was) resting = setTimeout(() => compare(picker.dataset.side, queryOf(picker)), A_REST);
}

function keep(at) {
  try { sessionStorage.setItem(KEPT, JSON.stringify(at)); } catch { /* Then the reader opens it again. */ }
}

/** Opens the knobs that were turned last, at the knob. */
function goOn() {
  let at = null;
  try {
    at = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
  } catch { /* Nothing was kept. */ }
  const picker = at && pickers.querySelector(`[data-side="${at.side}"]`);
  if (!picker) return;
  picker.open = true;
  const field = document.getElementById(at.focus);
  (field ?? picker.querySelector("summary")).focus({ preventScroll: true });
  // A number that was typed is typed over, not added to.
  if (field?.type === "number") field.select();
}

pickers.hidden = false;
dressChoices();
dressNumbers();
for (const picker of pickers.children) picker.dataset.was = queryOf(picker);
pickers.addEventListener("input", turned);
pickers.addEventListener("change", turned);
pickers.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest("details").open = false;
});
goOn();
