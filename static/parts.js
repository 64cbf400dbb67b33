// A text that is some words of a list, with commas between them, as a row of switches.

/** Puts switches under every field that is such a list, and presses those that are chosen. */
export function offerParts() {
  for (const field of document.querySelectorAll("input[data-parts]")) {
    const parts = field.dataset.parts.split(" ");
    let row = field.closest(".knob").querySelector(".parts");
    if (!row) {
      row = document.createElement("p");
      row.className = "parts";
      row.append(...parts.map((part) => switchOf(field, part)));
      field.closest(".knob").append(row);
    }
    const chosen = chosenIn(field);
    parts.forEach((part, place) => {
      const pressed = chosen.includes(part);
      const button = row.children[place];
      button.setAttribute("aria-pressed", String(pressed));
      // A box that tells nothing is no choice: the last one stays, and says so.
      button.disabled = pressed && chosen.length === 1;
    });
  }
}

const chosenIn = (field) => field.value.split(",").filter(Boolean);

function switchOf(field, part) {
  const button = document.createElement("button");
  button.type = "button";
  button.id = `${field.id}-${part}`;
  button.textContent = part;
  button.addEventListener("click", () => {
    const flipped = (each) => (each === part) !== chosenIn(field).includes(each);
    const parts = field.dataset.parts.split(" ").filter(flipped);
    if (parts.length) field.value = parts.join(",");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return button;
}
