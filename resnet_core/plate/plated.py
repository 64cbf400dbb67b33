"""What is drawn on a plate: how it is written, saved, and shown in a notebook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from resnet_core.diagram.form import Options
from resnet_core.formats.json import encoded
from resnet_core.formats.registry import no_format
from resnet_core.plate.marks import Plate
from resnet_core.plate.raster import pdf, png
from resnet_core.plate.vector import document


class Plated(ABC):
    """A picture of marks, with the numbers it shows. Shows itself in a notebook."""

    @property
    @abstractmethod
    def options(self) -> Options:
        """How it is shown."""

    @property
    @abstractmethod
    def plate(self) -> Plate:
        """Every mark of the picture with its place."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """It as plain data."""

    @property
    def svg(self) -> str:
        """The picture as a self-contained SVG document."""
        return document(self.plate, self.options.theme)

    @classmethod
    def writers(cls) -> Mapping[str, Callable[[Self], bytes]]:
        """What writes it in each of its formats."""
        return {
            "svg": lambda plated: plated.svg.encode(),
            "png": lambda plated: png(plated.plate, plated.options.theme, plated.options.scale),
            "pdf": lambda plated: pdf(plated.plate, plated.options.theme),
            "json": lambda plated: encoded(plated.to_dict()),
        }

    def render(self, format: str = "svg") -> bytes:
        """It as bytes, in one of its ``FORMATS``. Raises ParameterError for another."""
        writers = self.writers()
        if format not in writers:
            raise no_format(format, writers)
        return writers[format](self)

    def save(self, path: str | Path) -> Path:
        """Write it to a file; its ending says the format."""
        path = Path(path)
        path.write_bytes(self.render(path.suffix.removeprefix(".").lower()))
        return path

    def _repr_svg_(self) -> str:
        return self.svg
