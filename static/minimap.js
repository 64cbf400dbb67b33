// A small map of a picture that is larger than its canvas: what is in sight is framed, and a press
// or a drag goes there. Scroll bars and keys do the same for whoever does not see it.

import { shown } from "./theme.js";

const KEPT = "map";
// Where so much of a picture is out of sight, scrolling alone loses the way.
const MUCH = 2;
const VAST = 4;
// Most and least pixels across; a very long picture is drawn wider than it is, or it were a line.
const MOST = 96;
const LEAST = 44;
const HIGH = 240;
const MARGIN = 12;
// The handle of the column beside it is not covered.
const HANDLE = 20;
// A box of fewer pixels is only its colour.
const A_BOX = 4;
// A stage is named where its name has room.
const A_LINE = 13;

export class Minimap {
  constructor(viewport, slot) {
    Object.assign(this, { viewport, slot });
    this.paper = slot.querySelector("canvas");
    this.frame = slot.querySelector("span");
    this.wanted = remembered();
    this.drawn = null;
    viewport.addEventListener("scroll", () => this.follow(), { passive: true });
    const sizes = new ResizeObserver(() => this.fit());
    sizes.observe(viewport);
    this.sizes = sizes;
    slot.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      slot.setPointerCapture(event.pointerId);
      this.go(event);
    });
    slot.addEventListener("pointermove", (event) => { if (slot.hasPointerCapture(event.pointerId)) this.go(event); });
    slot.addEventListener("wheel", (event) => {
      if (event.ctrlKey) return;
      event.preventDefault();
      viewport.scrollBy(event.deltaX, event.deltaY);
    }, { passive: false });
    new MutationObserver(() => this.redraw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  /** Reads a new picture. */
  read() {
    if (this.picture) this.sizes.unobserve(this.picture);
    this.picture = this.viewport.querySelector("svg");
    this.drawn = null;
    if (this.picture) this.sizes.observe(this.picture);
    this.fit();
  }

  toggle() {
    this.wanted = !this.wanted;
    try { localStorage.setItem(KEPT, this.wanted ? "" : "none"); } catch { /* Then it is there again. */ }
    this.fit();
  }

  /** Shows the map where the picture needs one, as large as there is room for. */
  fit() {
    const { picture, viewport } = this;
    const { width, height } = picture?.getBoundingClientRect() ?? { width: 0, height: 0 };
    const large = width > MUCH * viewport.clientWidth || height > MUCH * viewport.clientHeight;
    this.slot.hidden = !(this.wanted && large);
    if (this.slot.hidden) return;
    const [tall, wide] = [viewport.clientHeight - 2 * MARGIN, viewport.clientWidth / 2];
    // Beside a standing picture it takes the room that is left, and is not laid over it.
    const left = (viewport.clientWidth - width) / 2 - HANDLE - MARGIN / 2;
    // A picture that is seen across and is soon scrolled through is not covered for a map of it.
    const covers = left < LEAST && width <= viewport.clientWidth;
    // A canvas may be low for a while, under a sweep: then too it is the screen that counts.
    this.slot.hidden = covers && height < VAST * Math.max(viewport.clientHeight, innerHeight / 3);
    if (this.slot.hidden) return;
    const most = height > width ? Math.max(LEAST, Math.min(MOST, left)) : MOST;
    const scale = Math.min(most / Math.min(width, height), tall / height, wide / width);
    const high = height > width ? Math.min(tall, HIGH) : LEAST;
    this.size = [Math.max(LEAST, width * scale), Math.max(high, height * scale)].map(Math.round);
    // A lying picture begins at the upper left, and is covered at its foot.
    const room = width > height ? viewport.clientHeight - this.size[1] - MARGIN : MARGIN;
    this.slot.style.top = `${viewport.offsetTop + room}px`;
    this.slot.style.right = `${viewport.offsetWidth - viewport.clientWidth + HANDLE}px`;
    this.slot.style.width = `${this.size[0]}px`;
    this.slot.style.height = `${this.size[1]}px`;
    this.follow();
    this.redraw();
  }

  /** Draws when nothing else is to be done; once for a picture of one size. */
  redraw() {
    if (this.slot.hidden) return;
    const wanted = `${this.size} ${shown()}`;
    const { picture } = this;
    if (this.drawn === wanted) return;
    this.drawn = wanted;
    const draw = () => { if (picture === this.picture && !this.slot.hidden) this.draw(); };
    if (globalThis.requestIdleCallback) requestIdleCallback(draw, { timeout: 500 });
    else setTimeout(draw, 50);
  }

  draw() {
    const [width, height] = this.size;
    const outer = this.picture.getBoundingClientRect();
    const [across, down] = [width / outer.width, height / outer.height];
    const placed = (shape) => {
      const box = shape.getBoundingClientRect();
      return [(box.x - outer.x) * across, (box.y - outer.y) * down, box.width * across, box.height * down];
    };
    // All is read before anything is drawn.
    const parts = [...this.picture.querySelectorAll(":is(.frame, .node) > :is(rect, path, ellipse, polygon):first-of-type")]
      .map((shape) => ({ place: placed(shape), style: getComputedStyle(shape), named: shape.parentElement.matches(".frame") }));
    const ways = [...this.picture.querySelectorAll(".edge:not(.main) path")].map((way) => ({ place: placed(way), stroke: getComputedStyle(way).stroke }));
    const names = [...this.picture.querySelectorAll(".frame[data-group]")]
      .filter(({ dataset }) => !dataset.group.includes("."))
      .map((frame) => ({ place: placed(frame.firstElementChild), name: frame.dataset.group }));
    const pen = this.pen(width, height);
    for (const { place, stroke } of ways) {
      pen.strokeStyle = stroke;
      pen.strokeRect(...place);
    }
    for (const { place: [x, y, w, h], style, named } of parts) {
      const large = named || h > A_BOX;
      pen.fillStyle = !large ? style.stroke : style.fill === "none" ? "transparent" : style.fill;
      pen.strokeStyle = style.stroke;
      pen.lineWidth = 0.5;
      pen.fillRect(x, y, w, h);
      if (large) pen.strokeRect(x, y, w, h);
    }
    this.name(pen, names);
  }

  /** The names of the stages, over all, where there is room for them. */
  name(pen, names) {
    const { color, backgroundColor } = getComputedStyle(this.slot);
    pen.font = "600 9px system-ui, sans-serif";
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    for (const { place: [x, y, , high], name } of names) {
      if (high < A_LINE) continue;
      pen.strokeStyle = backgroundColor;
      pen.fillStyle = color;
      pen.strokeText(name, x + 3, y + 10);
      pen.fillText(name, x + 3, y + 10);
    }
  }

  pen(width, height) {
    const dense = devicePixelRatio || 1;
    this.paper.width = width * dense;
    this.paper.height = height * dense;
    const pen = this.paper.getContext("2d");
    pen.scale(dense, dense);
    return pen;
  }

  /** Frames what is in sight. */
  follow() {
    if (this.slot.hidden || !this.picture) return;
    const [inner, outer] = [this.picture.getBoundingClientRect(), this.viewport.getBoundingClientRect()];
    const [across, down] = [this.size[0] / inner.width, this.size[1] / inner.height];
    const left = Math.max(0, outer.left - inner.left) * across;
    const top = Math.max(0, outer.top - inner.top) * down;
    const right = Math.min(inner.width, outer.left + this.viewport.clientWidth - inner.left) * across;
    const bottom = Math.min(inner.height, outer.top + this.viewport.clientHeight - inner.top) * down;
    Object.assign(this.frame.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${Math.max(6, bottom - top)}px` });
  }

  /** Brings what is pressed on the map into the middle of the canvas. */
  go({ clientX, clientY }) {
    const map = this.slot.getBoundingClientRect();
    const [inner, outer] = [this.picture.getBoundingClientRect(), this.viewport.getBoundingClientRect()];
    const x = inner.left + ((clientX - map.left) / this.size[0]) * inner.width;
    const y = inner.top + ((clientY - map.top) / this.size[1]) * inner.height;
    this.viewport.scrollBy({ left: x - outer.left - outer.width / 2, top: y - outer.top - outer.height / 2, behavior: "instant" });
  }
}

/** Whether the map is wanted; it is until somebody says no. */
function remembered() {
  try { return localStorage.getItem(KEPT) !== "none"; } catch { return true; }
}
