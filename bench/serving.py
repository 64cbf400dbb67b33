"""What one core serves: new blocks, new networks, what is in the cache, what a client has already.

    python -m bench.serving

One server with one worker, asked over one kept connection, as a proxy in front of it asks: the time
of an answer is that of server, worker and client together. The rows are those of the table in
docs/en/serving.md.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from statistics import median

from bench._servers import Client, serving

AGAIN = 3_000
PACKED = "Accept-Encoding: gzip"
TAG = re.compile(rb"(?i)^etag: *(\S+)\r?$", re.MULTILINE)


def main() -> None:
    with serving(workers=1, timeout=60, ahead="false") as server:
        client = Client(server)
        blocks = [f"/diagram.svg?block=bottleneck&planes={planes}" for planes in range(65, 125)]
        networks = [f"/diagram.svg?model=resnet50&input={side}" for side in range(225, 255)]
        client.get("/diagram.svg?block=basic")
        client.get("/diagram.svg?model=resnet18")
        print("| what is asked for | ms | bytes, compressed |")
        print("|---|---:|---:|")
        _row(client, "a block that nobody has asked for", blocks)
        _row(client, "a network that nobody has asked for", networks)
        _row(client, "a network that is in the cache", [networks[0]] * AGAIN)
        tag = TAG.search(client.ask(networks[0], PACKED)[0])
        assert tag is not None  # every picture has one
        _row(client, "one that the client has (304)", [networks[0]] * AGAIN, tag[1].decode())


def _row(client: Client, name: str, addresses: Sequence[str], tag: str = "") -> None:
    headers = (PACKED, *([f"If-None-Match: {tag}"] if tag else []))
    times = []
    for address in addresses:
        start = time.perf_counter()
        _, body = client.ask(address, *headers, status=304 if tag else 200)
        times.append((time.perf_counter() - start) * 1000)
    print(f"| {name} | {median(times):.3g} | {len(body):,} |")


if __name__ == "__main__":
    main()
