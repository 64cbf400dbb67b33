// A text that is some words of a list, with commas between them, as a row of switches.

/** Puts switches under every field that is such a list. */
export function offerParts() {
  for (const field of document.querySelectorAll("input[data-parts]")) {
    const row = document.createElement("p");
    row.className = "parts";
    row.append(...field.dataset.parts.split(" ").map((part) => switchOf(field, part)));
    field.parentElement.append(row);
  }
}

function switchOf(field, part) {
  const button = document.createElement("button");
  button.type = "button";
  button.id = `${field.id}-${part}`;
  button.textContent = part;
  const chosen = () => field.value.split(",").filter(Boolean);
  button.setAttribute("aria-pressed", String(chosen().includes(part)));
  button.addEventListener("click", () => {
    const flipped = (each) => (each === part) !== chosen().includes(each);
    const parts = field.dataset.parts.split(" ").filter(flipped);
    // A box that tells nothing is no choice: the last one stays.
    if (parts.length) field.value = parts.join(",");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return button;
}
