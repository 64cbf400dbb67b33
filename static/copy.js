// Buttons that copy the lines beside them.

const SHOWN = 1600;

/** Shows the buttons, which nobody could use without this file. */
export function readyToCopy() {
  for (const each of document.querySelectorAll(".copy")) each.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(".copy");
  if (!button) return;
  const lines = button.parentElement.querySelector("pre");
  await copy(lines);
  const words = button.textContent;
  button.textContent = button.dataset.done;
  button.classList.add("done");
  setTimeout(() => {
    button.textContent = words;
    button.classList.remove("done");
  }, SHOWN);
});

async function copy(lines) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(lines.textContent);
    return;
  }
  // Without https a page may only copy what is selected.
  getSelection().selectAllChildren(lines);
  document.execCommand("copy");
  getSelection().removeAllRanges();
}
