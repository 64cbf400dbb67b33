// The order in which a screen reader meets the boxes of a picture: that in which the calls are made.

import { covers, words } from "./calls.js";

/** Puts the boxes into the order of the calls, each where another one was: what is drawn stays so. */
export function inOrder(boxes, calls) {
  const place = new Map(calls.map((call, at) => [call, at]));
  const rank = (box) => {
    const { node, parts, folded } = box.dataset;
    if (node === "input") return -1;
    const own = [node, ...words(parts)].map((name) => place.get(name)).filter((at) => at !== undefined);
    if (own.length) return Math.min(...own);
    const first = calls.findIndex((call) => covers([node, ...words(folded)], call));
    return first < 0 ? Infinity : first;
  };
  const ranks = new Map(boxes.map((box) => [box, rank(box)]));
  const sorted = [...boxes].sort((one, other) => ranks.get(one) - ranks.get(other) || 0);
  if (sorted.every((box, at) => box === boxes[at])) return boxes;
  const slots = boxes.map((box) => {
    const slot = document.createComment("");
    box.replaceWith(slot);
    return slot;
  });
  slots.forEach((slot, at) => slot.replaceWith(sorted[at]));
  return sorted;
}
