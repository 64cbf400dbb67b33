"""The Sphinx extension: directives that draw at build time, for whatever Sphinx builds.

    extensions = ["resnet_core.embed.sphinx"]

    .. resnet-block:: bottleneck stride=2
       :caption: A bottleneck that halves the map
       :name: halving

    .. resnet-source::
       :call: Net(3)

       class Net(nn.Module): ...

``resnet-model``, ``resnet-compare``, ``resnet-sweep`` and ``resnet-window`` take what their
commands take, ``resnet-module`` a module of one's own, ``my_model.py:Net input=1x3x224x224``: its
file is run, as conf.py is. ``resnet-source`` reads its code and never runs it.

HTML shows an SVG, LaTeX a PDF, every other builder the text form, whose words the search index
holds too. Structures are traced while documents are read; what is written afterwards is copied
from the folder of doctrees, under names that are hashes of the content.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from resnet_core.bilingual import Text
from resnet_core.diagram.form import Options
from resnet_core.embed.beside import drawn_from, imported_from
from resnet_core.embed.figure import (
    COMPARE,
    SOURCE,
    SWEEP,
    WINDOW,
    alternative,
    figure,
    size_of,
    with_options,
    words_of,
)
from resnet_core.embed.in_words import text_of
from resnet_core.errors import ParameterError, ResnetDiagramError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

    from resnet_core.embed.figure import Figure

_STORE = "resnet_diagram"
MODULE = "module"
THEMES = get_args(Options.model_fields["theme"].annotation)


class standing(nodes.figure):  # noqa: N801  docutils names a node as its tag
    """A figure without a caption: nothing refers to it by number, so on paper it does not float."""

    tagname = "figure"


class diagram(nodes.General, nodes.Element):  # noqa: N801  docutils names a node as its tag
    """A picture in a document; its child is the text form, for builders that show no pictures."""


@dataclass(frozen=True)
class Asked:
    """What a directive asks for. ``base`` is the folder that its files are named from.

    ``state`` is a hash of the file that it names: another content is another picture. Of a file
    that is run, which is what one directive is for, it is a hash of the picture.
    """

    words: tuple[str, ...]
    theme: str
    code: str = ""
    base: str = ""
    state: str = ""
    runs_files: bool = False

    @cached_property
    def figure(self) -> Figure:
        """The picture, in the theme unless the words themselves say one. Raises ParameterError."""
        folder = Path(self.base)
        own = partial(drawn_from, folder) if self.runs_files else None
        shown = figure(self.words, own, code=self.code, folder=folder)
        if any(word.partition("=")[0] == "--theme" for word in self.words):
            return shown
        return with_options(shown, theme=self.theme)

    def drawn(self) -> Asked:
        """The same, known by what is drawn and not by what its file says: it may import others."""
        return replace(self, state=hashlib.sha256(self.figure.render("svg")).hexdigest())

    def stored(self, folder: str | Path, format: str) -> Path:
        """The picture's file in the folder of doctrees; drawn where it is not there yet."""
        told = [self.theme, format, self.code, self.base if self.state else "", self.state]
        asked = "\n".join([version("resnet-diagram"), *told, *self.words])
        name = f"{hashlib.sha256(asked.encode()).hexdigest()[:32]}.{format}"
        path = Path(folder, _STORE, name)
        if not path.exists():
            _put(path, self.figure.render(format))
        return path


class ResnetDirective(SphinxDirective):
    """``resnet-diagram``: whatever a marker asks for; its sisters narrow what that may be."""

    required_arguments = 1
    final_argument_whitespace = True
    kind: ClassVar[str] = ""
    option_spec: ClassVar[dict[str, Any]] = {
        "alt": directives.unchanged,
        "align": lambda given: directives.choice(given, ("left", "center", "right")),
        "caption": directives.unchanged_required,
        "name": directives.unchanged,
        "class": directives.class_option,
        "theme": lambda given: directives.choice(given, THEMES),
        "width": directives.length_or_percentage_or_unitless,
    }

    def run(self) -> list[nodes.Node]:
        try:
            asked = self._asked(self._words())
            kept = asked
            if asked.runs_files:
                kept = asked.drawn()
                for file in imported_from(Path(asked.base, asked.words[0]).parent):
                    self.env.note_dependency(str(file))
            kept.stored(self.env.doctreedir, "svg")
            alt = self.options.get("alt") or alternative(asked.figure)
            return [self._figure(kept, alt, text_of(asked.figure))]
        except ParameterError as error:
            given = f"{error.parameter}={error.value}: " if error.parameter else ""
            allowed = error.allowed
            listed = allowed if isinstance(allowed, str) else ", ".join(allowed)
            raise self.error(
                given + error.reason + (f"; allowed: {listed}" if listed else "")
            ) from None
        except ResnetDiagramError as error:
            raise self.error(str(error)) from None

    def _words(self) -> tuple[str, ...]:
        return words_of(" ".join(self.arguments).replace("\n", " "))

    def _asked(self, words: tuple[str, ...]) -> Asked:
        """What is asked for; a file that it names makes the document depend on it."""
        theme = str(self.options.get("theme") or self.config.resnet_diagram_theme)
        code = "\n".join(self.content)
        base = Path(self.env.doc2path(self.env.docname)).parent
        named = next((word.partition(":")[0] for word in words if ".py" in word), "")
        if named.startswith("/"):
            base = Path(self.env.srcdir)
            words = tuple(word.removeprefix("/") for word in words)
        file = base / named.removeprefix("/")
        if not named or not file.is_file():
            return Asked(words, theme, code, str(base))
        self.env.note_dependency(str(file))
        state = hashlib.sha256(file.read_bytes()).hexdigest()
        return Asked(words, theme, code, str(base), state, self.kind == MODULE)

    def _figure(self, asked: Asked, alt: str, text: str) -> nodes.Node:
        # A copy without the picture: documents are pickled.
        shown = diagram(
            "", nodes.literal_block(text, text, language="none"),
            asked=replace(asked), alt=alt, width=self.options.get("width", ""),
        )  # fmt: skip
        kind = nodes.figure if "caption" in self.options else standing
        found = kind("", shown, align=self.options.get("align", "default"))
        found["classes"] += ["resnet-diagram", *self.options.get("class", [])]
        self.set_source_info(found)
        if caption := self.options.get("caption"):
            parsed, messages = self.parse_inline(caption, lineno=self.lineno)
            found += nodes.caption(caption, "", *parsed)
            found += messages
        self.add_name(found)
        return found


class SubjectDirective(ResnetDirective):
    """A subject of the catalogue that has to be of this kind."""

    def _words(self) -> tuple[str, ...]:
        from resnet_core.diagram.words import Request

        words = super()._words()
        Request(words, self.kind).subject  # noqa: B018  raises where it is another kind
        return words


class BlockDirective(SubjectDirective):
    """``resnet-block``: a residual block."""

    kind = "block"


class ModelDirective(SubjectDirective):
    """``resnet-model``: a network."""

    kind = "model"


class VerbDirective(ResnetDirective):
    """What its first word says is done with the others."""

    def _words(self) -> tuple[str, ...]:
        return (self.kind, *super()._words())


class CompareDirective(VerbDirective):
    """``resnet-compare``: two subjects, each in quotation marks."""

    kind = COMPARE


class SweepDirective(VerbDirective):
    """``resnet-sweep``: a subject at several values of one knob."""

    kind = SWEEP


class WindowDirective(VerbDirective):
    """``resnet-window``: the window of one call of a subject."""

    kind = WINDOW


class ModuleDirective(ResnetDirective):
    """``resnet-module``: a module of one's own, whose file is run."""

    kind = MODULE

    def _words(self) -> tuple[str, ...]:
        words = super()._words()
        if ".py:" not in words[0]:
            raise ParameterError(
                "", words[0], Text("it names no module of a file", "它没有指明文件中的模块"),
                allowed=Text("my_model.py:Net", "my_model.py:Net"),
            )  # fmt: skip
        return words


class SourceDirective(VerbDirective):
    """``resnet-source``: code below it or in a file that is named, which is read and never run."""

    kind = SOURCE
    required_arguments = 0
    optional_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        **ResnetDirective.option_spec,
        "call": directives.unchanged_required,
        "input": directives.unchanged_required,
        "known": directives.unchanged_required,
    }

    def _words(self) -> tuple[str, ...]:
        said = [f"--{n}={self.options[n]}" for n in ("call", "input", "known") if n in self.options]
        return (*super()._words(), *said)


DIRECTIVES: Sequence[type[ResnetDirective]] = (
    BlockDirective, ModelDirective, CompareDirective, SweepDirective, WindowDirective,
    ModuleDirective, SourceDirective,
)  # fmt: skip


def _put(path: Path, content: bytes) -> None:
    """Several processes may put the same file: each puts a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def _placed(visitor: Any, node: diagram, format: str, folder: Path) -> str:
    """The picture's file in the folder of a builder's images; its name."""
    asked: Asked = node["asked"]
    on_paper = format == "pdf" and asked.theme == "auto"
    asked = replace(asked, theme="light" if on_paper else asked.theme)
    content = asked.stored(visitor.builder.env.doctreedir, format).read_bytes()
    path = folder / f"resnet-{hashlib.sha256(content).hexdigest()[:16]}.{format}"
    if not path.exists():
        _put(path, content)
    return path.name


def visit_html(visitor: Any, node: diagram) -> None:
    """An image in the folder of images."""
    builder = visitor.builder
    name = _placed(visitor, node, "svg", Path(builder.outdir, builder.imagedir))
    width = node["width"]
    style = (
        f' style="width: {escape(width if not width.isdigit() else width + "px")}"' if width else ""
    )
    visitor.body.append(
        f'<img src="{builder.imgpath}/{name}" alt="{escape(node["alt"])}"{style} />\n'
    )
    raise nodes.SkipNode


def visit_latex(visitor: Any, node: diagram) -> None:
    """A PDF beside the LaTeX file, as large as on the screen where nothing else is said."""
    folder = Path(visitor.builder.outdir)
    name = _placed(visitor, node, "pdf", folder)
    width = visitor.latex_image_length(node["width"]) if node["width"] else ""
    if not width and not any(word.startswith("--width") for word in node["asked"].words):
        width = f"{size_of((folder / name).read_bytes())[0]}\\sphinxpxdimen"
    options = f"[width={width}]" if width else ""
    visitor.body.append(f"\n\\noindent\\sphinxincludegraphics{options}{{{name}}}\n")
    raise nodes.SkipNode


def visit_standing(visitor: Any, node: standing) -> None:
    """A paragraph of its own, but beside text and in tables, where Sphinx knows what fits."""
    if visitor.table or visitor.in_minipage or node["align"] in ("left", "right"):
        visitor.visit_figure(node)
        return
    anchor = visitor.hypertarget_to(node, anchor=True) if node["ids"] else ""
    visitor.body.append(f"\n\\begin{{center}}{anchor}\n")
    visitor.context.append("\\end{center}\n")


def depart_standing(visitor: Any, _node: standing) -> None:
    """The end of what was begun."""
    visitor.body.append(visitor.context.pop())


def visit_text(visitor: Any, node: diagram) -> None:
    """Nothing of its own: its child is the text form."""


def depart(visitor: Any, node: diagram) -> None:
    """Nothing is left to close."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """What Sphinx calls."""
    as_text = (visit_text, depart)
    app.add_node(
        diagram,
        html=(visit_html, depart), latex=(visit_latex, depart),
        text=as_text, man=as_text, texinfo=as_text,
    )  # fmt: skip
    app.add_node(standing, latex=(visit_standing, depart_standing))
    app.add_config_value("resnet_diagram_theme", "light", "env", types=(str,))
    for directive in DIRECTIVES:
        app.add_directive(f"resnet-{directive.kind}", directive)
    app.add_directive("resnet-diagram", ResnetDirective)
    return {
        "version": version("resnet-diagram"),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
