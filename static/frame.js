// The frame's picture is zoomed by its buttons, by keys, by wheel and fingers, and dragged.

import { zoomable } from "./zoom.js";

const canvas = document.querySelector(".canvas");
const bar = document.querySelector(".zoom");

if (bar && canvas.querySelector("svg")) {
  const zoom = zoomable(canvas);
  const acts = { in: () => zoom.zoomBy(zoom.STEP), out: () => zoom.zoomBy(1 / zoom.STEP), fit: zoom.fit };
  for (const button of bar.querySelectorAll("button")) {
    button.addEventListener("click", acts[button.dataset.zoom]);
  }
  bar.hidden = false;
  zoom.start();
}
