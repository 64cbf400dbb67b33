"""What a reader waits for, measured in Chromium: weight, first picture, a turn, motion, pointing.

    python -m bench.browser       or: make bench

The server is a process of its own with its usual settings. Each turn asks for what the server has
not drawn before and then once more for what it has just drawn; all are taken in turns within one
run, so that a busy machine slows them alike. Times are in milliseconds, until the frame after the
picture is there; a knob is turned as its arrow keys turn it, without the rest after typing.
Pointing is what the page's main thread works for one box that the mouse goes to.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.chromium import NoChromium, chromium
from tests.browser.server import serving
from tests.browser.visits import Visits, until
from tests.browser.weight import weight

TURNS = 7
WEIGHED = ("/", "/?model=resnet50", "/?model=resnet152", "/gallery", "/compare", "/reference")
MOST_BYTES = 180_000
FIRST = 1000
OPENED = "opened"
# The page, the knob that is turned, a value for each turn, and the milliseconds that it may take.
KNOBS = (
    ("/?block=bottleneck", "planes", [str(72 + 8 * turn) for turn in range(TURNS)], 200),
    ("/?model=resnet152", "num_classes", [str(10 + turn) for turn in range(TURNS)], 400),
)
MOVING, FASTEST = "/?block=bottleneck", 60
POINTED = ("/?block=bottleneck", "/?model=resnet152&detail=op&fold=false")
MOST_POINTING = 16

# Notes when the first picture was on the screen, in milliseconds after the answer began.
SEEN = """
const look = () => {
  const picture = document.querySelector('.sheet svg');
  if (!picture || !picture.getBoundingClientRect().height) return requestAnimationFrame(look);
  requestAnimationFrame(() => {
    const [page] = performance.getEntriesByType('navigation');
    window.seen = performance.now() - page.responseStart;
  });
};
requestAnimationFrame(look);
"""
TURN = """async ([name, value]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const shown = () => document.querySelector('.sheet svg').id;
  const before = shown(), knob = document.getElementById(`knob-${name}`), start = performance.now();
  knob.value = value;
  for (const each of ['input', 'change']) knob.dispatchEvent(new Event(each, { bubbles: true }));
  while (shown() === before) {
    if (performance.now() - start > 20000) throw new Error(`${name}=${value} was not drawn`);
    await frame();
  }
  await frame();
  return performance.now() - start;
}"""

# Turns a knob, and notes when each frame of the motion was shown that follows.
FRAMES = """async (stride) => {
  const frame = () => new Promise(requestAnimationFrame);
  const shown = () => document.querySelector('.sheet svg').id;
  const knob = document.getElementById('knob-stride'), before = shown(), times = [];
  knob.value = stride;
  knob.dispatchEvent(new Event('input', { bubbles: true }));
  while (shown() === before) await frame();
  const inside = ({ effect }) => effect.target.closest('.sheet');
  const moving = () => document.getAnimations().some(inside);
  do times.push(await frame()); while (moving());
  return times.slice(1).map((time, index) => time - times[index]);
}"""
IN_SIGHT = """() => [...document.querySelectorAll('.sheet .node[data-node]')]
  .map((box) => box.getBoundingClientRect())
  .map(({ x, y, width }) => [x + width / 4, y + 6])
  .filter(([, y]) => y > 180 && y < innerHeight - 90)"""
# What the main thread does for a hover, by the names of Chromium's traces; none is inside another.
WORK = ("FunctionCall", "UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "HitTest")


def main() -> None:
    try:
        with chromium() as browser, serving(workers=2) as server:
            visit = Visits(browser, server.address)
            _weigh(visit)
            print(f"\nmilliseconds in Chromium {browser.version}, {TURNS} turns")
            _table(_measured(browser, server.address))
            _motion(visit)
            for path in POINTED:
                _point(visit, path)
    except NoChromium as missing:
        print(f"not measured: {missing}")


def _weigh(visit: Visits) -> None:
    wide = max(map(len, WEIGHED))
    print(f"bytes on the line, the diagram in the page included, at most {MOST_BYTES:,}")
    print(f"  {'':<{wide}}  {'HTML':>8}  {'CSS':>8}  {'scripts':>8}  {'all':>8}")
    for path in WEIGHED:
        found = weight(visit.blank(), visit.address + path)
        kinds = (*(found[name] for name in ("document", "stylesheet", "script")), found.total())
        print(f"  {path:<{wide}}  " + "  ".join(f"{kind:>8,}" for kind in kinds))


def _measured(browser: Browser, address: str) -> dict[tuple[str, int], list[float]]:
    """Times by what was done and what it may take."""
    pages = {path: browser.new_page() for path, *_ in KNOBS}
    for path, page in pages.items():
        page.add_init_script(SEEN)
        page.goto(address + path)
    times: dict[tuple[str, int], list[float]] = {}
    for turn in range(TURNS):
        for path, name, values, limit in KNOBS:
            for what, time in _turn(pages[path], address + path, name, values[turn]):
                target = FIRST if what == OPENED else limit
                times.setdefault((f"{path}, {what}", target), []).append(time)
    return times


def _turn(page: Page, address: str, name: str, value: str) -> Iterator[tuple[str, float]]:
    page.goto(address)
    yield OPENED, until(page, "window.seen")
    before = page.input_value(f"#knob-{name}")
    yield f"{name} turned to a new value", page.evaluate(TURN, [name, value])
    page.evaluate(TURN, [name, before])
    yield f"{name} turned to a value seen before", page.evaluate(TURN, [name, value])


def _motion(visit: Visits) -> None:
    """How many frames a second there are while boxes glide to their new places."""
    page = visit(MOVING)
    page.evaluate(FRAMES, "2")
    rounds = [page.evaluate(FRAMES, str(1 + turn % 2)) for turn in range(TURNS)]
    gaps = sorted(gap for waits in rounds for gap in waits)
    middle, mean = 1000 / statistics.median(gaps), 1000 / statistics.mean(gaps)
    print(f"\nmotion of {MOVING}, goal {FASTEST} frames a second: {middle:.0f} in the middle,")
    print(f"  {mean:.0f} over all {len(gaps)} frames, the longest wait {gaps[-1]:.0f} ms")


def _point(visit: Visits, path: str) -> None:
    """What one box costs that the mouse goes to."""
    page = visit(path, viewport={"width": 1440, "height": 900})
    page.wait_for_timeout(3000)
    session = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    done: list[object] = []
    session.on("Tracing.dataCollected", lambda answer: events.extend(answer["value"]))
    session.on("Tracing.tracingComplete", lambda answer: done.append(answer))
    places = page.evaluate(IN_SIGHT)
    costs = []
    for turn in range(2 * TURNS):
        events.clear()
        done.clear()
        session.send("Tracing.start", {"categories": "devtools.timeline"})
        page.mouse.move(*places[turn % len(places)])
        page.wait_for_timeout(250)
        session.send("Tracing.end")
        while not done:
            page.wait_for_timeout(20)
        costs.append(sum(_work(events).values()))
    print(f"pointing on {path}: {statistics.median(costs):.1f} ms of work in the middle,", end=" ")
    print(f"{max(costs):.1f} at most, goal {MOST_POINTING}")


def _work(events: list[dict[str, Any]]) -> Counter[str]:
    """Milliseconds by kind of work."""
    found: Counter[str] = Counter()
    for event in events:
        if event.get("ph") == "X" and event["name"] in WORK:
            found[event["name"]] += event.get("tdur", event["dur"]) / 1000
    return found


def _table(times: dict[tuple[str, int], list[float]]) -> None:
    wide = max(len(what) for what, _ in times)
    print(f"  {'':<{wide}}  {'median':>8}  {'slowest':>8}  {'target':>8}")
    for (what, limit), found in times.items():
        middle = statistics.median(found)
        print(f"  {what:<{wide}}  {middle:>8,.0f}  {max(found):>8,.0f}  {limit:>8,}")


if __name__ == "__main__":
    main()
