// What a turn changed, seen: boxes that stay glide to their new places, new ones fade in, gone ones
// fade out, and what is written otherwise is marked for a moment.

const GLIDE = 220;
const MARKED = 1500;
// More boxes than this would stutter: they are only marked.
const MOST = 300;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const SOFT = { duration: GLIDE, easing: "ease-out", fill: "backwards" };

/** The picture as it is: each box by its name, where it stands on the screen and what it says. */
export function picture() {
  const boxes = new Map();
  for (const box of document.querySelectorAll(".sheet .node[data-node]")) {
    const { x, y, width, height } = box.getBoundingClientRect();
    boxes.set(box.dataset.node, { box, x, y, width, height, says: saying(box) });
  }
  return { boxes, sentences: new Set(sentences().map((sentence) => sentence.textContent)) };
}

/**
 * Puts the picture so that a box which both pictures have stands where it stood: the one that was
 * asked for, else the first that does not only bring the input in.
 */
export function hold(before, viewport, chosen) {
  const sheet = viewport.querySelector(".sheet");
  const after = picture().boxes;
  const kept = [...after.keys()].filter((name) => before.boxes.has(name));
  const name = kept.includes(chosen) ? chosen : kept.find((other) => other !== "input") ?? kept[0];
  if (name === undefined) return;
  const [was, is] = [before.boxes.get(name), after.get(name)];
  // The left edge: a main path whose boxes grow still begins where it began.
  const [right, down] = [was.x - is.x, was.y - is.y];
  const left = viewport.scrollLeft;
  viewport.scrollBy(-right, -down);
  // What fits cannot be scrolled, and is moved.
  sheet.style.left = `${within(sheet, viewport, right - (left - viewport.scrollLeft))}px`;
}

/** How far a sheet can be moved without leaving the viewport. */
function within(sheet, viewport, wanted) {
  const [inner, outer] = [sheet.firstElementChild.getBoundingClientRect(), viewport.getBoundingClientRect()];
  const room = { left: inner.left - outer.left, right: outer.left + viewport.clientWidth - inner.right };
  if (room.left < 0 || room.right < 0) return 0;
  return Math.max(-room.left, Math.min(room.right, wanted));
}

/** Moves and marks what has changed since `before`; `scale` is that of the picture. */
export function play(before, scale) {
  const after = picture();
  const gone = [...before.boxes].filter(([name]) => !after.boxes.has(name));
  const moves = !still.matches && after.boxes.size + gone.length <= MOST;
  let same = 0;
  for (const [name, now] of after.boxes) {
    const was = before.boxes.get(name);
    if (!was) {
      mark(now.box, "fresh");
      if (moves) now.box.animate([{ opacity: 0 }, { opacity: 1 }], SOFT);
      continue;
    }
    same += 1;
    if (was.says !== now.says) mark(now.box, "altered");
    if (moves) glide(now.box, was, now, scale);
  }
  // Of another structure nothing stays, and then nothing is gone.
  if (moves && same) fade(gone, scale);
  if (moves) {
    for (const edge of document.querySelectorAll(".sheet .edge")) edge.animate([{ opacity: 0 }, { opacity: 1 }], SOFT);
  }
  if (same) tellNew(before);
}

function glide(box, was, now, scale) {
  const [right, down] = [(was.x - now.x) / scale, (was.y - now.y) / scale];
  if (Math.abs(right) + Math.abs(down) < 0.5) return;
  box.animate([{ transform: `translate(${right}px, ${down}px)` }, { transform: "none" }], SOFT);
}

/** Copies of the boxes that are gone, where they stood, for as long as they fade. */
function fade(gone, scale) {
  const paper = document.querySelector(".sheet svg > g");
  const frame = paper?.getScreenCTM();
  if (!frame) return;
  for (const [, { box, x, y }] of gone) {
    const ghost = box.cloneNode(true);
    for (const part of [ghost, ...ghost.querySelectorAll("*")]) {
      for (const name of ["id", "data-node", "data-path", "data-group", "role", "tabindex"]) part.removeAttribute(name);
    }
    ghost.setAttribute("class", "ghost");
    ghost.setAttribute("aria-hidden", "true");
    paper.append(ghost);
    const here = ghost.getBoundingClientRect();
    ghost.style.transform = `translate(${(x - here.x) / scale}px, ${(y - here.y) / scale}px)`;
    ghost.animate([{ opacity: 0.8 }, { opacity: 0 }], { ...SOFT, fill: "forwards" }).finished
      .finally(() => ghost.remove());
  }
}

function mark(part, kind) {
  part.classList.add(kind);
  setTimeout(() => part.classList.remove(kind), MARKED);
}

/** A bar beside each sentence that was not told before. */
function tellNew(before) {
  for (const sentence of sentences()) {
    sentence.classList.toggle("new", !before.sentences.has(sentence.textContent));
  }
}

const sentences = () => [...document.querySelectorAll("#explain > p > span")];
const saying = (box) => [...box.querySelectorAll("text")].map((text) => text.textContent).join("|");
