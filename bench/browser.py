"""What a reader waits for, measured in Chromium: the weight of the page, the first picture, a knob.

    python -m bench.browser       or: make bench

The server is a process of its own with its usual settings. Each turn asks for what the server has
not drawn before and then once more for what it has just drawn; all are taken in turns within one
run, so that a busy machine slows them alike. Times are in milliseconds, until the frame after the
picture is there; a knob is turned as its arrow keys turn it, without the rest after typing.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

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
    ("/?model=resnet152", "num_classes", [str(10 + turn) for turn in range(TURNS)], 600),
)

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


def main() -> None:
    try:
        with chromium() as browser, serving(workers=2) as server:
            visit = Visits(browser, server.address)
            _weigh(visit)
            print(f"\nmilliseconds in Chromium {browser.version}, {TURNS} turns")
            _table(_measured(browser, server.address))
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
    before = page.input_value(f"#{name}")
    yield f"{name} turned to a new value", page.evaluate(TURN, [name, value])
    page.evaluate(TURN, [name, before])
    yield f"{name} turned to a value seen before", page.evaluate(TURN, [name, value])


def _table(times: dict[tuple[str, int], list[float]]) -> None:
    wide = max(len(what) for what, _ in times)
    print(f"  {'':<{wide}}  {'median':>8}  {'slowest':>8}  {'target':>8}")
    for (what, limit), found in times.items():
        middle = statistics.median(found)
        print(f"  {what:<{wide}}  {middle:>8,.0f}  {max(found):>8,.0f}  {limit:>8,}")


if __name__ == "__main__":
    main()
