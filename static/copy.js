// Buttons that copy: the lines beside them, or a file of the picture as it is saved.

const SHOWN = 1600;

/** Shows the buttons, which nobody could use without this file. */
export function readyToCopy() {
  for (const button of document.querySelectorAll(".copy")) button.hidden = false;
  // Pictures may be put on the clipboard of a page that came by https, or from this machine.
  if (!navigator.clipboard?.write) return;
  for (const row of document.querySelectorAll(".copies")) row.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(".copy, .copies button");
  if (!button) return;
  const { source } = button.dataset;
  const said = (source ? button.parentElement : button).dataset;
  try {
    await (source ? copyFile(source) : copyLines(button.parentElement.querySelector("pre")));
    tell(button, said.done, "done");
  } catch {
    // What could not be copied is selected: two keys do the rest.
    if (!source) getSelection().selectAllChildren(button.parentElement.querySelector("pre"));
    tell(button, said.failed, "failed");
  }
});

/** Says for a moment what came of it. */
function tell(button, words, kind) {
  button.dataset.words ??= button.textContent;
  button.textContent = words;
  button.classList.add(kind);
  setTimeout(() => {
    button.textContent = button.dataset.words;
    button.classList.remove(kind);
  }, SHOWN);
}

/** Puts a file on the clipboard: a PNG as a picture, anything else as text. */
async function copyFile(address) {
  const type = new URL(address, location.href).pathname.endsWith(".png") ? "image/png" : "text/plain";
  // The clipboard is asked at once, or the browser forgets that somebody clicked.
  await navigator.clipboard.write([new ClipboardItem({ [type]: fetched(address, type) })]);
}

async function fetched(address, type) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  return new Blob([await answer.arrayBuffer()], { type });
}

/** What is written in lines, their numbers left out. */
function written(lines) {
  const copy = lines.cloneNode(true);
  for (const number of copy.querySelectorAll(".number")) number.remove();
  return copy.textContent;
}

async function copyLines(lines) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(written(lines));
    return;
  }
  // Without https a page may only copy what is selected.
  getSelection().selectAllChildren(lines);
  if (!document.execCommand("copy")) throw new Error("refused");
  getSelection().removeAllRanges();
}
