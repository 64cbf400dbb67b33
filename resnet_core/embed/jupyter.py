"""The magics of Jupyter: a diagram of the catalogue, and of what a cell defines.

%load_ext resnet_core.embed.jupyter

%resnet_diagram bottleneck stride=2

%%resnet_diagram Net input=1x3x224x224
class Net(nn.Module): ...
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class

from resnet_core.bilingual import Text
from resnet_core.embed.figure import figure, words_of
from resnet_core.errors import ParameterError, ResnetDiagramError, did_you_mean, nearest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from resnet_core.diagram.picture import Drawing
    from resnet_core.embed.figure import Figure

_SHAPE = re.compile(r"[1-9]\d{0,8}(?:[x×,][1-9]\d{0,8}){0,7}")


@magics_class
class DiagramMagics(Magics):
    """``%resnet_diagram`` for a line, ``%%resnet_diagram`` for a cell."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._notebook = shell

    @line_cell_magic
    def resnet_diagram(self, line: str, cell: str | None = None) -> Figure | None:
        """Draw what the line names; a cell is run first, as any cell is."""
        if cell is not None and not self._ran(cell):
            return None
        try:
            words = words_of(line)
            if cell is None:
                return figure(words)
            # A colon is what names a module of one's own; here it is one of the notebook's.
            name, *view = words or ("",)
            return figure((f"notebook:{name}", *view), self._own)
        except ParameterError as error:
            given = f"{error.parameter}={error.value}: " if error.parameter else ""
            raise UsageError(f"{given}{error.reason}") from None
        except ResnetDiagramError as error:
            raise UsageError(str(error)) from None

    def _ran(self, cell: str) -> bool:
        """Whether the cell runs to its end; what it prints and its errors are shown as ever."""
        shell: Any = self._notebook
        return bool(shell.run_cell(cell).success)

    def _own(self, target: str, inputs: Sequence[str], view: dict[str, str]) -> Drawing:
        """The drawing of a module, or of a class of modules, that the notebook has."""
        from torch import nn

        from resnet_core import draw_module

        name = target.rpartition(":")[2]
        known = {
            key: value
            for key, value in self._notebook.user_ns.items()
            if isinstance(value, nn.Module)
            or (isinstance(value, type) and issubclass(value, nn.Module))
        }
        if name not in known:
            near = did_you_mean(nearest(name, known))
            missing = Text("the notebook has no module {!r}", "笔记本中没有模块 {!r}").format(name)
            raise ParameterError("", name, f"{missing}; {near}" if near else missing, allowed=known)
        found: Any = known[name]
        module = found() if isinstance(found, type) else found
        return draw_module(module, [_shape(text) for text in inputs], **view)


def _shape(text: str) -> tuple[int, ...]:
    if not _SHAPE.fullmatch(text):
        raise ParameterError(
            "input", text, Text("it is no shape", "它不是形状"),
            allowed=Text("sizes with x between them, such as 1x3x224x224",
                         "以 x 相连的尺寸，例如 1x3x224x224"),
        )  # fmt: skip
    return tuple(int(part) for part in re.split("[x×,]", text))


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext`` calls."""
    shell.register_magics(DiagramMagics)
