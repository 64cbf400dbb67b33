// Zoom and pan of a picture in a viewport, by the browser's own scrolling: the picture is given a
// size and the viewport scrolls, so scroll bars, arrow keys, touch and "find in page" go on working.

const LEAST = 0.05;
const MOST = 8;
const STEP = 1.25;
const READABLE = 0.6;
// What is seen whole may fill a large screen; what has to be scrolled is as large as its smallest
// letters need.
const GROWN = 1.8;
const LEGIBLE = 1.25;
const NEARLY = 0.9;
// One notch of a wheel turns by 100 or more; two fingers on a pad by a few at a time.
const A_NOTCH = 15;
const A_LINE = 5;
const A_CLICK = 4;

/**
 * Makes the first SVG in the viewport one that can be zoomed and dragged.
 *
 * A state is `{x, y, k}`: the point of the picture, in its own pixels, that stands in the middle of
 * the viewport, and the scale. `onchange(state)` is called when the reader moves the picture, not
 * when `set` does; with `seen`, `set` makes it no larger than is seen across. The SVG may be replaced at any time; call `start` or `set` afterwards.
 */
export function zoomable(viewport, { onchange = () => {} } = {}) {
  const listening = new AbortController();
  const on = (name, heard, options = {}) =>
    viewport.addEventListener(name, heard, { signal: listening.signal, ...options });
  let k = 1;
  // Where `set` has scrolled to: the event that follows is not the reader's doing.
  let told = null;

  const picture = () => viewport.querySelector("svg");
  const size = () => {
    const { width, height } = picture().viewBox.baseVal;
    return { width, height };
  };
  const inside = () => {
    const style = getComputedStyle(viewport);
    return {
      width: viewport.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
      height: viewport.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom),
    };
  };
  const middle = () => {
    const box = viewport.getBoundingClientRect();
    return { x: box.left + viewport.clientWidth / 2, y: box.top + viewport.clientHeight / 2 };
  };

  /** The scale at which the picture is seen whole. */
  function whole() {
    const [given, wanted] = [inside(), size()];
    return Math.min(given.width / wanted.width, given.height / wanted.height);
  }

  function scale(wanted) {
    // Smaller than half of what is seen whole there is nothing to see.
    const least = Math.max(LEAST, Math.min(READABLE, whole() / 2));
    k = Math.min(MOST, Math.max(least, wanted));
    const { width, height } = size();
    // Where it was held for the eye is no place for another size.
    picture().parentElement.style.left = "";
    picture().style.width = `${width * k}px`;
    picture().style.height = `${height * k}px`;
  }

  /** The point of the picture that stands at a place of the screen. */
  function under(place) {
    const box = picture().getBoundingClientRect();
    return { x: (place.x - box.left) / k, y: (place.y - box.top) / k };
  }

  /** Scrolls until a point of the picture stands at a place of the screen. */
  function bring(point, place) {
    const box = picture().getBoundingClientRect();
    viewport.scrollLeft += box.left + point.x * k - place.x;
    viewport.scrollTop += box.top + point.y * k - place.y;
  }

  function get() {
    return picture() ? { ...under(middle()), k } : { x: 0, y: 0, k };
  }

  function set(wanted, seen = false) {
    if (!picture()) return;
    const state = across(wanted, seen);
    scale(state.k);
    bring(state, middle());
    told = [viewport.scrollLeft, viewport.scrollTop];
  }

  /** A state for a picture that may be wider than the one before: what was seen across still is. */
  function across(state, seen) {
    const wide = size().width * state.k > inside().width + 1;
    const room = Math.max(READABLE, inside().width / size().width);
    return seen && wide && room < state.k ? { ...state, k: room } : state;
  }

  /** Whether the whole width of the picture is in sight. */
  function isAcross() {
    return Boolean(picture()) && size().width * k <= inside().width + 1;
  }

  function zoomBy(factor, place = middle()) {
    if (!picture()) return;
    const point = under(place);
    scale(k * factor);
    bring(point, place);
    keep(point, place);
    onchange(get());
  }

  /** What fits across cannot be scrolled: it is moved, so that the pointer stays where it points. */
  function keep(point, place) {
    const [inner, outer] = [picture().getBoundingClientRect(), viewport.getBoundingClientRect()];
    const room = [outer.left - inner.left, outer.left + viewport.clientWidth - inner.right];
    if (room[0] > 0 || room[1] < 0) return;
    const wanted = place.x - inner.left - point.x * k;
    picture().parentElement.style.left = `${Math.max(room[0], Math.min(room[1], wanted))}px`;
  }

  /** The whole picture, as large as there is room for. */
  function fit() {
    if (!picture()) return;
    scale(Math.min(GROWN, whole()));
    onchange(get());
  }

  /**
   * The size to begin with: as wide as there is room for, and readable. A lying picture is seen
   * whole, or else, where its letters would be too small for that, as high as there is room for.
   */
  function start() {
    if (!picture()) return;
    const [given, wanted] = [inside(), size()];
    const lying = wanted.width > 1.5 * wanted.height;
    const high = lying && whole() < READABLE;
    const room = high ? given.height / wanted.height : given.width / wanted.width;
    // Nearly whole is seen at the size it was drawn: a little scrolling costs less than small type.
    const most = whole() > NEARLY ? Math.max(1, Math.min(GROWN, whole())) : LEGIBLE;
    scale(Math.min(most, Math.max(READABLE, room)));
    viewport.scrollTo(0, 0);
    onchange(get());
  }

  on("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const turned = event.deltaY * (event.deltaMode ? A_LINE : 1);
    zoomBy(Math.exp(-Math.max(-A_NOTCH, Math.min(A_NOTCH, turned)) / 120), event);
  }, { passive: false });

  on("dblclick", (event) => {
    if (!event.target.closest(".node, .frame text, .frame[aria-expanded]")) zoomBy(STEP, event);
  });

  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { "+": () => zoomBy(STEP), "=": () => zoomBy(STEP), "-": () => zoomBy(1 / STEP), 0: fit };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  on("scroll", () => {
    const here = [viewport.scrollLeft, viewport.scrollTop];
    const mine = told && here.every((each, index) => Math.abs(each - told[index]) < 1);
    told = null;
    if (!mine) onchange(get());
  });

  drag(viewport, on);
  pinch(on, zoomBy);
  addEventListener("resize", () => onchange(get()), { signal: listening.signal });
  return { zoomBy, fit, start, set, get, isAcross, STEP, destroy: () => listening.abort() };
}

/** The mouse takes hold of the picture; a press that does not move stays a click. */
function drag(viewport, on) {
  let from = null;
  on("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button > 1 || onScrollBar(viewport, event)) return;
    from = { x: event.clientX, y: event.clientY, moved: false };
  });
  on("pointermove", (event) => {
    if (!from) return;
    const [right, down] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.moved && Math.hypot(right, down) < A_CLICK) return;
    if (!from.moved) viewport.setPointerCapture(event.pointerId);
    viewport.classList.add("dragged");
    viewport.scrollBy(-right, -down);
    from = { x: event.clientX, y: event.clientY, moved: true };
  });
  const release = () => {
    from = null;
    // The click that ends the drag comes after this event.
    setTimeout(() => viewport.classList.remove("dragged"));
  };
  on("pointerup", release);
  on("pointercancel", release);
  on("click", (event) => {
    if (viewport.classList.contains("dragged")) event.stopPropagation();
  }, { capture: true });
}

function onScrollBar(viewport, event) {
  const box = viewport.getBoundingClientRect();
  return event.clientX - box.left > viewport.clientWidth || event.clientY - box.top > viewport.clientHeight;
}

/** Two fingers. */
function pinch(on, zoomBy) {
  let last = null;
  const between = ([one, two]) => ({
    gap: Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY),
    x: (one.clientX + two.clientX) / 2,
    y: (one.clientY + two.clientY) / 2,
  });
  on("touchmove", (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const now = between(event.touches);
    if (last) zoomBy(now.gap / last.gap, now);
    last = now;
  }, { passive: false });
  on("touchend", () => { last = null; });
  on("touchcancel", () => { last = null; });
}
