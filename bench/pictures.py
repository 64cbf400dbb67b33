"""Many different pictures from a running server, each held against the one drawn here, alone.

    python -m bench.pictures            10,000 of them, while workers are killed
    python -m bench.pictures 500

The server draws in several processes, eight clients ask at once, and every second a worker is
killed. The reference is drawn afterwards in this process, one after the other. Ends with status 1
where any answer has other bytes.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import threading
import time
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


def ask(url: str, count: int, harm: Callable[[], None] | None = None) -> tuple[Counter[str], int]:
    """How often each status was answered, and how many pictures were wrong."""
    wanted = list(itertools.islice(queries(), count))
    over = threading.Event()
    with httpx2.Client(timeout=60) as client, ThreadPoolExecutor(CLIENTS + 1) as threads:

        def one(asked: tuple[Query, str]) -> httpx2.Response:
            query, format = asked
            for _ in range(20):
                answer = client.get(f"{url}/diagram.{format}", params=dict(query))
                if answer.status_code != 503:
                    break
                time.sleep(0.2)
            return answer

        def harming() -> None:
            while harm and not over.wait(1):
                harm()

        threads.submit(harming)
        try:
            answers = list(threads.map(one, wanted))
        finally:
            over.set()
    wrong = 0
    for (query, format), answer in zip(wanted, answers, strict=True):
        if answer.status_code == 200:
            wrong += answer.content != Diagram.of(query).render(format)
    return Counter(str(answer.status_code) for answer in answers), wrong


def main() -> None:
    from tests.faults.conftest import serving

    count = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with serving(cache_bytes="1") as server:

        def harm() -> None:
            if workers := server.workers:
                os.kill(random.choice(workers), signal.SIGKILL)

        statuses, wrong = ask(server.url, count, harm)
    told = ", ".join(f"{number:,} × {status}" for status, number in sorted(statuses.items()))
    print(f"{count:,} pictures: {told}; {wrong} differ from what one process draws alone")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
