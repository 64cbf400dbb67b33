// The form of knobs, made to say what a new page's form says without taking its fields away:
// a field that is replaced while somebody types in it loses the caret, and 128 becomes 821.

const CONTROLS = "input, select";
const CONTAINERS = "form, details.group, .knob, .control";
// What the reader or another file has done to a part of the form is no news of the server's.
const OURS = new Set(["open", "hidden", "value", "class"]);

/** Makes a form say what another says. The value of `held`, a field, is its reader's. */
export function patch(old, fresh, held) {
  if (old.matches(CONTROLS)) return patchControl(old, fresh, old === held);
  patchAttributes(old, fresh);
  if (old.matches(CONTAINERS)) return patchChildren(old, fresh, held);
  if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
}

/** The same part of the form has the same key on every page. */
function keyOf(part) {
  const control = part.matches(".knob") ? part.querySelector(CONTROLS) : part;
  if (control.matches(CONTROLS)) return [part.tagName, control.tagName, control.type, control.name].join();
  const title = part.matches("details") ? part.firstElementChild.textContent : "";
  return [part.tagName, part.classList[0], title].join();
}

function patchChildren(old, fresh, held) {
  const wanted = [...fresh.children];
  const keys = new Set(wanted.map(keyOf));
  const kept = new Map();
  for (const part of [...old.children]) {
    // What lies over a field belongs to it: no page of the server's has it.
    if (part.matches(".parts, .dress")) continue;
    if (keys.has(keyOf(part))) kept.set(keyOf(part), part);
    else part.remove();
  }
  let next = old.firstElementChild;
  for (const part of wanted) {
    const same = kept.get(keyOf(part));
    if (same) patch(same, part, held);
    // What stands where it belongs is not moved: a moved field loses the focus.
    if (same && same === next) next = next.nextElementSibling;
    else old.insertBefore(same ?? part, next);
  }
}

function patchAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!OURS.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!OURS.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.className !== fresh.className) old.className = fresh.className;
}

function patchControl(old, fresh, held) {
  patchAttributes(old, fresh);
  if (old.matches("select") && old.innerHTML !== fresh.innerHTML) {
    const { value } = old;
    old.replaceChildren(...fresh.cloneNode(true).childNodes);
    if (held) old.value = value;
  }
  if (held) return;
  if (old.value !== fresh.value) old.value = fresh.value;
}
