// Which dimension of a shape such as 64×28×28 stands under the pointer.

export const SIDES = ["C", "H", "W"];

/** C, H, W or none. */
export function sideAt(event, given = event.target.closest("text, td")) {
  const text = given?.textContent.trim() ?? "";
  if (!/^\d+(×\d+)+$/.test(text)) return "";
  const sides = text.split("×");
  const before = text.slice(0, letterAt(event, given)).split("×").length - 1;
  return sides.length < 3 ? "C" : SIDES[before - (sides.length - SIDES.length)] ?? "";
}

function letterAt(event, given) {
  if (given.tagName !== "text") return document.caretPositionFromPoint?.(event.clientX, event.clientY)?.offset ?? 0;
  const box = given.getBoundingClientRect();
  return Math.floor(((event.clientX - box.left) / box.width) * given.textContent.length);
}
