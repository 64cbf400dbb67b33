"""The words for a source that is read and never run: ``read block.py --call "Net(3)"``.

They stand where a comparison takes a subject, spelled as the command `read` takes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.errors import Refusal

if TYPE_CHECKING:
    from resnet_core.diagram.pasted import SourceDrawing
    from resnet_core.errors import ResnetDiagramError

READ = "read"
_OWN = ("call", "input", "known", "dtype")


@dataclass(frozen=True)
class ReadRequest:
    """A file that is read, its call, its inputs and the view."""

    words: tuple[str, ...]

    @cached_property
    def diagram(self) -> SourceDrawing:
        """What is asked for. Raises SourceError, ParameterError, Refusal."""
        from app.cli.text_file import text_of
        from resnet_core.diagram.pasted import draw_source
        from resnet_core.source.copied_page import restored

        if len(self.words) < 2:
            raise Refusal("read: which file?", allowed='"read block.py --call Net(3)"')
        file = self.words[1]
        said = self._said
        return draw_source(
            restored(text_of(file)[0]).text,
            next(iter(said["call"]), None),
            ",".join(said["input"]) or None,
            known=dict(pair.partition("=")[::2] for pair in said["known"]),
            file=Path(file).name,
            dtype=",".join(said["dtype"]) or None,
            **{name: value for name, value in self._options if name not in _OWN},
        )

    def fixed(self, _error: ResnetDiagramError) -> None:
        """No command line is known that works: what the code takes is its author's."""
        return

    @cached_property
    def _said(self) -> Mapping[str, list[str]]:
        return {name: [value for key, value in self._options if key == name] for name in _OWN}

    @cached_property
    def _options(self) -> list[tuple[str, Any]]:
        from resnet_core.diagram.form import Options, properties
        from resnet_core.diagram.words import options

        return list(options(self.words[2:], properties(Options), self.words[1]))
