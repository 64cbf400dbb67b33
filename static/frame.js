// The frame's picture is zoomed by its buttons, by keys, by wheel and fingers, and dragged; its
// groups open and close.

import { covers, words } from "./calls.js";
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

/** The address of this frame with a group opened where it stands, or closed again. */
function turned(group) {
  const address = new URL(location.href);
  const path = group.dataset.group;
  if (!path) {
    address.searchParams.set("detail", "op");
    return address;
  }
  const opened = words(address.searchParams.get("expand")?.replaceAll(",", " "));
  const others = opened.filter((one) => !covers([path, ...words(group.dataset.folded)], one));
  const now = others.length < opened.length ? others : [...opened, path];
  if (now.length) address.searchParams.set("expand", now.join(","));
  else address.searchParams.delete("expand");
  return address;
}

// A comparison shows two subjects, whose groups do not open alone.
if (!new URLSearchParams(location.search).has("a")) {
  const opened = words(new URLSearchParams(location.search).get("expand")?.replaceAll(",", " "));
  for (const group of canvas.querySelectorAll(".sheet [data-group]")) {
    const closed = group.matches(".node");
    if (!closed && !opened.includes(group.dataset.group)) continue;
    group.setAttribute("aria-expanded", String(!closed));
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "0");
    group.addEventListener("click", (event) => {
      // The ground of an opened group is for the hand that moves the picture; its name closes it.
      if (closed || event.target.closest("text")) location.assign(turned(group));
    });
    group.addEventListener("keydown", (event) => {
      if (event.target !== group || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      location.assign(turned(group));
    });
  }
  // A picture is one thing to a screen reader; here its groups are buttons.
  canvas.querySelector("svg")?.setAttribute("role", "group");
}
