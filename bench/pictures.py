"""Many different pictures from a running server, each held against the one drawn here, alone.

    python -m bench.pictures            10,000 of them, while workers are killed
    python -m bench.pictures 500

The server draws in several processes, eight clients ask at once, and every second a worker is
killed. The reference is drawn in this process, one after the other, while they come; what is known
so far is told after each tenth and when it is interrupted. Ends with status 1 where any answer has
other bytes.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2

from resnet_core import Diagram, ParameterError, blocks

MANY = 10_000
CLIENTS = 8
FORMATS = ("svg", "json", "csv", "txt", "md", "mmd", "png")
Query = tuple[tuple[str, str], ...]


def queries() -> Iterator[tuple[Query, str]]:
    """Different legal pictures without end: every block, its width, stride, view and format."""
    views = list(itertools.product(("1", "2"), ("light", "dark"), ("en", "zh"), blocks()))
    every = ((planes, *view) for planes in itertools.count(16, 8) for view in views)
    for at, (planes, stride, theme, lang, block) in enumerate(every):
        asked = {"block": block, "planes": str(planes), "stride": stride}
        view = {"theme": theme, "lang": lang}
        try:
            found = Diagram.of((asked | view).items())
        except ParameterError:
            continue
        yield found.query, FORMATS[at % len(FORMATS)]


def ask(
    url: str,
    count: int,
    harm: Callable[[], None] | None = None,
    told: Callable[[Counter[str], int], None] = lambda *_: None,
) -> tuple[Counter[str], int]:
    """How often each status was answered, and how many pictures were wrong."""
    wanted = list(itertools.islice(queries(), count))
    over = threading.Event()
    statuses: Counter[str] = Counter()
    wrong = 0
    with httpx2.Client(timeout=60) as client, ThreadPoolExecutor(CLIENTS + 1) as threads:

        def one(asked: tuple[Query, str]) -> httpx2.Response:
            query, format = asked
            for _ in range(20):
                answer = client.get(f"{url}/diagram.{format}", params=dict(query))
                if answer.status_code != 503 or over.wait(0.2):
                    break
            return answer

        def harming() -> None:
            while harm and not over.wait(1):
                harm()

        threads.submit(harming)
        answers = [threads.submit(one, asked) for asked in wanted]
        try:
            for (query, format), future in zip(wanted, answers, strict=True):
                answer = future.result()
                statuses[str(answer.status_code)] += 1
                if answer.status_code == 200:
                    wrong += answer.content != Diagram.of(query).render(format)
                if statuses.total() % max(1, count // 10) == 0:
                    told(statuses, wrong)
        except KeyboardInterrupt:
            told(statuses, wrong)
        finally:
            over.set()
            threads.shutdown(wait=False, cancel_futures=True)
    return statuses, wrong


def tell(statuses: Counter[str], wrong: int) -> None:
    """Print what is known so far."""
    told = ", ".join(f"{number:,} × {status}" for status, number in sorted(statuses.items()))
    total = statuses.total()
    print(f"{total:,} pictures: {told}; {wrong} differ from what one process draws", flush=True)


def main() -> None:
    from tests.faults.conftest import serving

    count = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with serving(cache_bytes="1") as server:

        def harm() -> None:
            if workers := server.workers:
                os.kill(random.choice(workers), signal.SIGKILL)

        _, wrong = ask(server.url, count, harm, tell)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
