"""A sheet with a caption and options, and the pictures that Graphviz makes of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path

from resnet_core import layout
from resnet_core.draw.dot import dot
from resnet_core.draw.heading import Caption
from resnet_core.draw.sheet import Sheet
from resnet_core.draw.stamp import signed, stamped
from resnet_core.draw.svg import dress
from resnet_core.draw.theme import Theme
from resnet_core.errors import TooLarge
from resnet_core.graph import Graph
from resnet_core.options import Options

MAX_PIXELS = 32_000


class Picture(ABC):
    """What can be drawn of a sheet. Shows itself in a notebook."""

    options: Options

    @property
    @abstractmethod
    def caption(self) -> Caption:
        """What is known beside what is drawn: name, title, URL."""

    @property
    @abstractmethod
    def sheet(self) -> Sheet:
        """Every box, wire and frame with its place."""

    @property
    @abstractmethod
    def described(self) -> Graph:
        """The structure that the picture's description lists."""

    @abstractmethod
    def render(self, format: str = "svg") -> bytes:
        """It as bytes, in one of its formats. Raises ParameterError for another."""

    @cached_property
    def dot(self) -> str:
        """The picture in the DOT language, positions included."""
        theme = Theme("dark" if self.options.theme == "dark" else "light")
        return dot(self.sheet, theme, self.caption.name)

    @cached_property
    def svg(self) -> str:
        """The picture as a self-contained SVG document."""
        drawn = layout.draw(self.dot, "svg").decode()
        return dress(drawn, self.sheet, self.caption, self.described, self.options.theme)

    def png(self, scale: int | None = None) -> bytes:
        """The picture as a PNG; its text chunk ``Source`` holds the URL.

        Raises TooLarge where it would have more pixels than a PNG can hold.
        """
        scale = scale or self.options.scale
        sides = [each * scale * layout.DPI / 72 for each in (self.sheet.width, self.sheet.height)]
        if max(sides) > MAX_PIXELS:
            raise TooLarge(
                "scale",
                scale,
                f"the PNG would be {sides[0]:,.0f}×{sides[1]:,.0f} pixels, more than "
                f"{MAX_PIXELS:,} on a side; SVG and PDF have no such limit",
                allowed="a coarser detail or a smaller scale",
                mend={"scale": None, "detail": None, "fold": None},
            )
        return stamped(layout.draw(self.dot, "png", scale), self.caption.url)

    @property
    def pdf(self) -> bytes:
        """The picture as a PDF, in vectors; its information tells title and URL."""
        return signed(layout.draw(self.dot, "pdf"), self.caption.title, self.caption.url)

    def save(self, path: str | Path) -> Path:
        """Write it to a file; its ending says the format."""
        path = Path(path)
        path.write_bytes(self.render(path.suffix.removeprefix(".").lower()))
        return path

    def _repr_svg_(self) -> str:
        return self.svg
