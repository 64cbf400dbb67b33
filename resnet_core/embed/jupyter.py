"""The magics of Jupyter: a diagram of the catalogue, and of what a cell defines.

%load_ext resnet_core.embed.jupyter

%resnet_diagram bottleneck stride=2

%%resnet_diagram Net input=1x3x224x224
class Net(nn.Module): ...

%%resnet_diagram source call="Net(3)" as=png
class Net(nn.Module): ...

A cell is run before its module is drawn; after ``source`` it is read and never run. ``as=png``
shows pixels where a viewer takes no SVG, ``as=txt`` the text form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class

from resnet_core.bilingual import Text
from resnet_core.embed.figure import SOURCE, alternative, figure, parted, words_of
from resnet_core.embed.in_words import text_of
from resnet_core.errors import ParameterError, ResnetDiagramError, did_you_mean, nearest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from resnet_core.diagram.picture import Drawing
    from resnet_core.embed.figure import Figure


AS = ("svg", "png", "txt")


@dataclass(frozen=True)
class Shown:
    """A figure as a notebook keeps it: in one form, and in words beside it."""

    figure: Figure
    form: str = "svg"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str | bytes], dict[str, Any]]:
        """The data by media type, and what it is called for those who do not see it."""
        bundle: dict[str, str | bytes] = {"text/plain": text_of(self.figure)}
        alt = {"alt": alternative(self.figure)}
        if self.form == "svg":
            bundle["image/svg+xml"] = self.figure.render("svg").decode()
        elif self.form == "png":
            bundle["image/png"] = self.figure.render("png")
        return bundle, {media: alt for media in bundle if media != "text/plain"}


@magics_class
class DiagramMagics(Magics):
    """``%resnet_diagram`` for a line, ``%%resnet_diagram`` for a cell."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._notebook = shell

    @line_cell_magic
    def resnet_diagram(self, line: str, cell: str | None = None) -> Shown | None:
        """Draw what the line names; a cell is run first, as any cell is, unless it is source."""
        try:
            words, said = parted(words_of(line), ("as",))
            form = said.get("as", AS[0])
            if form not in AS:
                unknown = Text("a notebook does not show it", "笔记本不显示这种格式")
                raise ParameterError("as", form, unknown, allowed=AS)
            if cell is None or words[:1] == (SOURCE,):
                return Shown(figure(words, code=cell or ""), form)
            if not self._ran(cell):
                return None
            # A colon is what names a module of one's own; here it is one of the notebook's.
            name, *view = words or ("",)
            return Shown(figure((f"notebook:{name}", *view), self._own), form)
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
        from resnet_core.diagram.pasted import shapes_of

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
        return draw_module(module, shapes_of(",".join(inputs)), **view)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext`` calls."""
    shell.register_magics(DiagramMagics)
