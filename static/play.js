// A pulse through the picture in the order of the calls: it splits where the path does, and waits at
// the sign until every part has come.

const SVG = "http://www.w3.org/2000/svg";
const PACE = 650;
const TRAVEL = 420;
const KEYS = { p: "run", n: "step", b: "back" };
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Play {
  /** `bar` holds the buttons; `light(box)` lights what belongs to a box and tells of it. */
  constructor(bar, light) {
    this.bar = bar;
    this.light = light;
    this.run = bar.querySelector("[data-play=run]");
    bar.hidden = false;
    bar.addEventListener("click", (event) => this.press(event.target.closest("button")?.dataset.play));
    document.addEventListener("keydown", (event) => {
      const free = !event.target.closest("input, textarea, select, dialog") && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (free && KEYS[event.key]) this.press(KEYS[event.key]);
    });
  }

  /** Reads a new picture; what was playing has ended. */
  read() {
    this.rest();
    this.at = 0;
    const picture = document.querySelector(".sheet svg");
    const boxes = new Map([...document.querySelectorAll(".sheet .node[data-node]")].map((box) => [box.dataset.node, box]));
    this.wires = [...document.querySelectorAll(".sheet .edge[data-from]")]
      .map((edge) => ({ from: edge.dataset.from, to: edge.dataset.to, path: edge.querySelector("path"), edge }))
      .filter((wire) => boxes.has(wire.from) && boxes.has(wire.to));
    this.order = ordered([...boxes.keys()], this.wires).map((name) => boxes.get(name));
    this.names = this.order.map((box) => box.dataset.node);
    this.layer = null;
    if (picture && this.wires.length) {
      this.layer = document.createElementNS(SVG, "g");
      this.layer.setAttribute("class", "pulses");
      picture.querySelector(":scope > g").append(this.layer);
    }
    this.bar.hidden = !this.layer;
  }

  press(what) {
    if (!this.layer) return;
    if (what === "run") this.timer ? this.rest() : this.start();
    if (what === "step") { this.rest(); this.show(this.at + 1); }
    if (what === "back") { this.rest(); this.show(this.at - 1); }
  }

  start() {
    if (this.at >= this.order.length) this.show(0);
    this.run.setAttribute("aria-pressed", "true");
    this.show(this.at + 1);
    this.timer = setInterval(() => {
      if (this.at >= this.order.length) this.rest();
      else this.show(this.at + 1);
    }, PACE);
  }

  rest() {
    clearInterval(this.timer);
    this.timer = null;
    this.run.setAttribute("aria-pressed", "false");
  }

  /** The moment after so many calls: what they gave out is on its way or waits. */
  show(count) {
    const at = Math.max(0, Math.min(this.order.length, count));
    const onwards = at > this.at;
    this.at = at;
    const done = new Set(this.names.slice(0, at));
    const last = this.names[at - 1];
    this.layer.replaceChildren();
    for (const wire of this.wires) {
      if (!done.has(wire.from) || done.has(wire.to)) continue;
      const pulse = document.createElementNS(SVG, "circle");
      pulse.setAttribute("r", "5");
      pulse.setAttribute("class", wire.edge.classList.contains("main") ? "pulse" : "pulse aside");
      this.layer.append(pulse);
      if (onwards && wire.from === last && !still.matches) travel(pulse, wire.path);
      else put(pulse, wire.path, 1);
    }
    for (const box of this.order) box.classList.toggle("done", done.has(box.dataset.node));
    document.querySelector(".sheet").classList.toggle("played", at > 0 && at < this.order.length);
    this.light(at ? this.order[at - 1] : null);
  }
}

/** The names so that each comes after all that it takes; in the order given where that is free. */
function ordered(names, wires) {
  const waits = new Map(names.map((name) => [name, 0]));
  for (const { to } of wires) waits.set(to, waits.get(to) + 1);
  const found = [];
  const left = new Set(names);
  while (left.size) {
    const next = [...left].find((name) => waits.get(name) <= 0) ?? [...left][0];
    left.delete(next);
    found.push(next);
    for (const { from, to } of wires) if (from === next) waits.set(to, waits.get(to) - 1);
  }
  return found;
}

function put(pulse, path, share) {
  const { x, y } = path.getPointAtLength(path.getTotalLength() * share);
  pulse.setAttribute("cx", x);
  pulse.setAttribute("cy", y);
}

function travel(pulse, path) {
  const begun = performance.now();
  const frame = (now) => {
    const share = Math.min(1, (now - begun) / TRAVEL);
    put(pulse, path, share * (2 - share));
    if (share < 1 && pulse.isConnected) requestAnimationFrame(frame);
  };
  put(pulse, path, 0);
  requestAnimationFrame(frame);
}
