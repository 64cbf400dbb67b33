// The window of the call that was chosen walks over its map: play, step, stop.
// The server draws the first place; here the same marks are moved to the others.

const PACE = 420;
const CELL_RIM = 1;

const slot = document.querySelector(".walk");
const picture = slot.querySelector(".walked");
const buttons = Object.fromEntries(
  [...slot.querySelectorAll("[data-walk]")].map((button) => [button.dataset.walk, button]),
);
const link = document.createElement("a");
link.textContent = slot.dataset.link;
buttons.stop.after(link);
// What was asked for last: an answer to another question comes too late.
let asked = "";
let walk = null;
let playing;

document.addEventListener("inspected", (event) => show(event.detail));
buttons.play.addEventListener("click", () => (playing ? pause() : play()));
buttons.step.addEventListener("click", () => { pause(); walk?.go(walk.place + 1); });
buttons.stop.addEventListener("click", () => { pause(); walk?.go(0); });
// What cannot be seen does not walk.
new MutationObserver(() => { if (slot.closest("[hidden]")) pause(); })
  .observe(slot.closest(".inspector"), { attributes: true, attributeFilter: ["hidden"] });

/** The address of a call's window, for the structure that the page shows. */
function address(node) {
  const told = new URL(document.querySelector("#explain").dataset.notes, location.href);
  const found = new URL(told.pathname.replace(/explain\.json$/, "window.svg"), told);
  for (const [name, value] of told.searchParams) found.searchParams.append(name, value);
  found.searchParams.set("node", node);
  return found;
}

/** Shows the window of a call; nothing for a call that has none. */
async function show(node) {
  pause();
  // Where no call is asked for, nothing is asked of the server either.
  if (node === null) { asked = ""; walk = null; slot.hidden = true; return; }
  const url = address(node);
  const whole = url.href;
  if (whole === asked && walk) { slot.hidden = false; return; }
  asked = whole;
  walk = null;
  slot.hidden = true;
  url.searchParams.set("header", "false");
  url.searchParams.set("legend", "false");
  // A mistake is told as a picture: to ask for a call that has no window is none of the reader's.
  url.searchParams.set("on_error", "image");
  let text;
  try {
    const answer = await fetch(url);
    text = answer.ok ? await answer.text() : "";
  } catch {
    text = "";
  }
  if (asked !== whole || !text) return;
  const drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (!drawn.classList.contains("window")) return;
  picture.replaceChildren(document.importNode(drawn, true));
  tell(picture.firstElementChild);
  link.href = whole;
  walk = new Walk(picture.firstElementChild);
  for (const button of Object.values(buttons)) button.disabled = walk.length < 2;
  slot.hidden = false;
}

/** What stands below the grids is set as the page's own text: there it can be read. */
function tell(svg) {
  const between = document.documentElement.lang.startsWith("zh") ? "" : " ";
  const sentences = [...svg.querySelectorAll(".told")].map((told) => {
    const line = document.createElement("li");
    line.textContent = [...told.querySelectorAll("text")].map((text) => text.textContent).join(between);
    told.remove();
    return line;
  });
  slot.querySelector(".walk-told").replaceChildren(...sentences);
  const { width } = svg.viewBox.baseVal;
  // Its height follows from what is left of it.
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  svg.setAttribute("viewBox", `8 8 ${width - 16} ${Number(svg.dataset.grids) - 8}`);
}

function play() {
  if (!walk || walk.length < 2) return;
  buttons.play.textContent = slot.dataset.pause;
  playing = setInterval(() => walk.go(walk.place + 1), PACE);
}

function pause() {
  clearInterval(playing);
  playing = undefined;
  buttons.play.textContent = slot.dataset.play;
}

/** The outputs that a picture shows, one after another. */
class Walk {
  constructor(svg) {
    this.rows = places(svg.dataset.rows);
    this.columns = places(svg.dataset.columns);
    const [row, column] = svg.dataset.at.split(",").map(Number);
    this.place = row * this.columns.length + column;
    this.length = this.rows.length * this.columns.length;
    const part = (kind) => svg.querySelector(`.${kind}`);
    this.now = part("now");
    [this.made] = part("made").children;
    this.outputs = [...part("outputs").children];
    this.next = part("next");
    this.sight = [...part("sight").children];
    this.cells = [...part("places").children];
    this.across = this.cells.filter((cell) => cell.getAttribute("y") === this.cells[0].getAttribute("y")).length;
    this.size = Number(this.cells[0].getAttribute("width"));
    this.rest = this.outputs.at(-1).getAttribute("fill");
    this.done = this.outputs[this.place].getAttribute("fill");
  }

  /** Goes to one of the outputs, and from the last on to the first. */
  go(place) {
    this.place = place % this.length;
    const rows = this.rows[Math.floor(this.place / this.columns.length)];
    const column = this.place % this.columns.length;
    const columns = this.columns[column];
    this.mark(rows.flatMap((row) => columns.map((each) => this.cell(row, each))));
    this.outputs.forEach((output, index) => {
      output.setAttribute("fill", index <= this.place ? this.done : this.rest);
    });
    const output = this.outputs[this.place];
    settle(this.made, output);
    const [top, bottom] = [this.cell(rows[0], columns.at(-1)), this.cell(rows.at(-1), columns.at(-1))];
    const left = number(output, "x");
    this.look(0, top, number(top, "y"), left, number(output, "y"));
    this.look(1, bottom, number(bottom, "y") + this.size, left, number(output, "y") + this.size);
    this.announce(rows, this.columns[column + 1]);
  }

  cell(row, column) {
    return this.cells[row * this.across + column];
  }

  /** Puts a mark on each of these cells; at the map's ends a window may have fewer. */
  mark(cells) {
    while (this.now.children.length > cells.length) this.now.lastElementChild.remove();
    while (this.now.children.length < cells.length) this.now.append(this.now.firstElementChild.cloneNode());
    cells.forEach((cell, index) => settle(this.now.children[index], cell));
  }

  /** One of the two lines from the window to the output. */
  look(index, cell, y, left, end) {
    this.sight[index].setAttribute("d", `M${number(cell, "x") + this.size},${y}L${left},${end}`);
  }

  /** The outline of the window one step on, where it is in the picture. */
  announce(rows, columns) {
    const [outline] = this.next.children;
    if (!outline) return;
    outline.style.visibility = columns ? "" : "hidden";
    if (!columns) return;
    const [first, last] = [this.cell(rows[0], columns[0]), this.cell(rows.at(-1), columns.at(-1))];
    outline.setAttribute("x", number(first, "x") + 2);
    outline.setAttribute("y", number(first, "y") + 2);
    outline.setAttribute("width", number(last, "x") - number(first, "x") + this.size - 4);
    outline.setAttribute("height", number(last, "y") - number(first, "y") + this.size - 4);
  }
}

const places = (text) => text.split(";").map((output) => output.split(",").map(Number));
const number = (element, name) => Number(element.getAttribute(name));

function settle(mark, cell) {
  mark.setAttribute("x", number(cell, "x") + CELL_RIM);
  mark.setAttribute("y", number(cell, "y") + CELL_RIM);
}
