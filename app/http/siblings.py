"""The figures of all server processes on one port, whichever of them is asked.

Each listens at a socket of its own in a private folder too, and is asked there. Its figures carry
its number, so that a process that begins anew is seen to, and no sum goes down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

# A process that does not answer for so long has no figures now.
TIMEOUT = 0.5
LABEL = "process"
UP = "resnet_diagram_process_up"


@dataclass(frozen=True)
class Siblings:
    """One process of several: its number, and where the others are found."""

    folder: Path
    number: int
    count: int

    async def tell(self, text: Callable[[], bytes]) -> asyncio.Server:
        """Tell this one's figures to whichever of the others connects."""

        async def told(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                writer.write(text())
                await writer.drain()
            writer.close()

        path = self._path(self.number)
        path.unlink(missing_ok=True)
        return await asyncio.start_unix_server(told, path)

    async def text(self, own: bytes) -> bytes:
        """The figures of all, of which these are this one's."""
        others = [number for number in range(self.count) if number != self.number]
        answers = await asyncio.gather(*(self._ask(number) for number in others))
        told = {self.number: own, **dict(zip(others, answers, strict=True))}
        return generate_latest(_Together(dict(sorted(told.items()))))

    async def _ask(self, number: int) -> bytes:
        """The figures of another; nothing where it does not tell them."""
        try:
            async with asyncio.timeout(TIMEOUT):
                reader, writer = await asyncio.open_unix_connection(self._path(number))
                try:
                    return await reader.read()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return b""

    def _path(self, number: int) -> Path:
        return self.folder / f"{number}.sock"


class _Together(Collector):
    """The figures of several processes, those of one name together."""

    def __init__(self, told: dict[int, bytes]) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        """Every family once, each sample with the number of its process."""
        up = GaugeMetricFamily(UP, "Whether a server process tells its figures", labels=[LABEL])
        families: dict[str, Metric] = {}
        for number, text in self._told.items():
            up.add_metric([str(number)], float(bool(text)))
            for family in text_string_to_metric_families(text.decode()):
                _add(families.setdefault(family.name, family), family.samples, str(number))
        yield up
        yield from families.values()


def _add(family: Metric, samples: Iterable[object], number: str) -> None:
    labelled = [
        sample._replace(labels={**sample.labels, LABEL: number})  # type: ignore[attr-defined]
        for sample in samples
    ]
    if family.samples is samples:
        family.samples = labelled
    else:
        family.samples += labelled
