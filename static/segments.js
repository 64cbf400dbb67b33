// Few values side by side and yes or no as a switch. The field of the form stays what it was, out of
// sight beneath: whatever sets it, the segments show it, and a segment turns it as its reader would.

/** Puts segments and switches over the fields that are to have them, and presses what is chosen. */
export function dressChoices() {
  for (const control of document.querySelectorAll(".knob > .control[data-dress]")) {
    const { dress, segments } = control.dataset;
    const old = control.querySelector(":scope > .dress");
    const field = control.querySelector("input, select");
    if (dress !== "segments" && dress !== "switch") continue;
    if (old?.dataset.of !== `${dress} ${segments}`) {
      old?.remove();
      control.append(dress === "switch" ? switchOf(field) : segmentsOf(field, segments.split(" ")));
      control.lastElementChild.dataset.of = `${dress} ${segments}`;
    }
    // The field is still filled in, sent and described; it is reached through what lies over it.
    field.tabIndex = -1;
    field.setAttribute("aria-hidden", "true");
    show(control, field);
  }
}

/** Shows the field's value; one that is none of the values is there too until it is fixed. */
function show(control, field) {
  const over = control.querySelector(":scope > .dress");
  const told = field.getAttribute("aria-describedby") ?? "";
  const group = over.matches(".switch") ? over.querySelector("input") : over;
  group.setAttribute("aria-describedby", told);
  if (field.hasAttribute("aria-invalid")) group.setAttribute("aria-invalid", "true");
  else group.removeAttribute("aria-invalid");
  if (over.matches(".switch")) {
    group.checked = field.value === "true";
    return;
  }
  for (const odd of over.querySelectorAll(".odd")) if (odd.textContent !== field.value) odd.remove();
  const values = [...over.querySelectorAll("input")].map((radio) => radio.value);
  if (field.value && !values.includes(field.value)) {
    over.append(segmentOf(field, field.value));
    over.lastElementChild.classList.add("odd");
  }
  for (const radio of over.querySelectorAll("input")) radio.checked = radio.value === field.value;
}

function segmentsOf(field, values) {
  const group = document.createElement("div");
  group.className = "dress segments";
  // What does not fit beside the name of the knob has a row of its own.
  if (values.join("").length + 2 * values.length > 14) group.classList.add("long");
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-labelledby", `${field.id}-name`);
  group.append(...values.map((value) => segmentOf(field, value)));
  return group;
}

function segmentOf(field, value) {
  const label = document.createElement("label");
  const radio = document.createElement("input");
  const word = document.createElement("span");
  radio.type = "radio";
  radio.id = `${field.id}-${value}`;
  radio.name = `over-${field.id.replace("knob-", "")}`;
  radio.value = value;
  // It belongs to no form: what is sent is the field.
  radio.setAttribute("form", "");
  radio.addEventListener("change", () => turn(field, value));
  word.textContent = value;
  label.append(radio, word);
  return label;
}

function switchOf(field) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  label.className = "dress switch";
  box.type = "checkbox";
  box.id = `${field.id}-switch`;
  box.setAttribute("role", "switch");
  box.setAttribute("form", "");
  box.setAttribute("aria-labelledby", `${field.id}-name`);
  box.addEventListener("change", () => turn(field, String(box.checked)));
  label.append(box, document.createElement("span"));
  return label;
}

/** Sets a field as its reader would. */
export function turn(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", ({ target }) => {
  const control = target.closest?.(".knob > .control");
  if (control?.querySelector(":scope > .segments, :scope > .switch") && target === control.firstElementChild) show(control, target);
});

// The name of a knob leads to what lies over its field.
document.addEventListener("click", (event) => {
  const label = event.target.closest?.(".knob > label");
  const over = label?.parentElement.querySelector(".control > :is(.segments, .switch)");
  if (!over) return;
  event.preventDefault();
  if (over.matches(".switch")) over.querySelector("input").click();
  else (over.querySelector("input:checked") ?? over.querySelector("input")).focus();
});
