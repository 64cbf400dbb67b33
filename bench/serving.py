"""What one core serves: new blocks, new networks, what is in the cache, what a client has already.

    python -m bench.serving

In one process and without a network between, so it is the server's own share. The rows are those of
the table in docs/en/serving.md.
"""

from __future__ import annotations

import gzip
import statistics
import time
import warnings
from collections.abc import Sequence

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

AGAIN = 300


def main() -> None:
    warnings.simplefilter("ignore")
    with TestClient(create_app(Settings(workers=0, timeout=60))) as client:
        client.get("/diagram.svg?block=basic")
        blocks = [f"/diagram.svg?block=bottleneck&planes={planes}" for planes in range(65, 95)]
        networks = [f"/diagram.svg?model=resnet50&input={side}" for side in range(225, 235)]
        print("| what is asked for | ms | bytes, compressed |")
        print("|---|---:|---:|")
        _row(client, "a block that nobody has asked for", blocks)
        _row(client, "a network that nobody has asked for", networks)
        _row(client, "a network that is in the cache", [networks[0]] * AGAIN)
        tag = client.get(networks[0]).headers["ETag"]
        _row(client, "one that the client has (304)", [networks[0]] * AGAIN, tag)


def _row(client: TestClient, name: str, addresses: Sequence[str], tag: str = "") -> None:
    times = []
    for address in addresses:
        start = time.perf_counter()
        answer = client.get(address, headers={"If-None-Match": tag} if tag else {})
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == (304 if tag else 200), address
    size = f"{len(gzip.compress(answer.content)):,}" if answer.content else "0"
    print(f"| {name} | {statistics.median(times):.1f} | {size} |")


if __name__ == "__main__":
    main()
