"""The Sphinx extension: directives that draw at build time, for whatever Sphinx builds.

    extensions = ["resnet_core.embed.sphinx"]

    .. resnet-block:: bottleneck stride=2
       :caption: A bottleneck that halves the map
       :name: halving

HTML shows an SVG, LaTeX a PDF, every other builder the text form, whose words the search index
holds too. Structures are traced while documents are read; what is written afterwards is copied
from the folder of doctrees, under names that are hashes of the content.
"""

from __future__ import annotations

import hashlib
import os
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from resnet_core.diagram.options import Options
from resnet_core.embed.figure import COMPARE, alternative, figure, with_options, words_of
from resnet_core.errors import ParameterError, ResnetDiagramError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

    from resnet_core.embed.figure import Figure

_STORE = "resnet_diagram"
THEMES = get_args(Options.model_fields["theme"].annotation)


class diagram(nodes.General, nodes.Element):  # noqa: N801  docutils names a node as its tag
    """A picture in a document; its child is the text form, for builders that show no pictures."""


class ResnetDirective(SphinxDirective):
    """``resnet-diagram``: a subject with its knobs; its sisters narrow what the subject may be."""

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
            words = self._words()
            picture = figure(words)
            stored(self.env.doctreedir, words, self._theme, "svg")
            text = picture.render("txt").decode()
        except ParameterError as error:
            given = f"{error.parameter}={error.value}: " if error.parameter else ""
            allowed = error.allowed
            listed = allowed if isinstance(allowed, str) else ", ".join(allowed)
            raise self.error(
                given + error.reason + (f"; allowed: {listed}" if listed else "")
            ) from None
        except ResnetDiagramError as error:
            raise self.error(str(error)) from None
        return [self._figure(words, self.options.get("alt") or alternative(picture), text)]

    def _words(self) -> tuple[str, ...]:
        words = words_of(self.arguments[0].replace("\n", " "))
        if self.kind == COMPARE:
            return (COMPARE, *words)
        if self.kind:
            from resnet_core.diagram.words import Request

            Request(words, self.kind).subject  # noqa: B018  raises where it is another kind
        return words

    @property
    def _theme(self) -> str:
        return str(self.options.get("theme") or self.config.resnet_diagram_theme)

    def _figure(self, words: tuple[str, ...], alt: str, text: str) -> nodes.Node:
        shown = diagram(
            "", nodes.literal_block(text, text, language="none"),
            words=list(words), theme=self._theme, alt=alt, width=self.options.get("width", ""),
        )  # fmt: skip
        found = nodes.figure("", shown, align=self.options.get("align", "default"))
        found["classes"] += ["resnet-diagram", *self.options.get("class", [])]
        self.set_source_info(found)
        if caption := self.options.get("caption"):
            parsed, messages = self.parse_inline(caption, lineno=self.lineno)
            found += nodes.caption(caption, "", *parsed)
            found += messages
        self.add_name(found)
        return found


class BlockDirective(ResnetDirective):
    """``resnet-block``: a residual block."""

    kind = "block"


class ModelDirective(ResnetDirective):
    """``resnet-model``: a network."""

    kind = "model"


class CompareDirective(ResnetDirective):
    """``resnet-compare``: two subjects, each in quotation marks."""

    kind = COMPARE


def stored(folder: str | Path, words: tuple[str, ...], theme: str, format: str) -> Path:
    """The picture's file in the folder of doctrees; drawn where it is not there yet."""
    asked = "\n".join([version("resnet-diagram"), theme, format, *words])
    path = Path(folder, _STORE, f"{hashlib.sha256(asked.encode()).hexdigest()[:32]}.{format}")
    if not path.exists():
        _put(path, _themed(figure(words), words, theme).render(format))
    return path


def _themed(picture: Figure, words: tuple[str, ...], theme: str) -> Figure:
    """In the theme, unless the words themselves say one."""
    said = any(word.partition("=")[0] == "--theme" for word in words)
    return picture if said else with_options(picture, theme=theme)


def _put(path: Path, content: bytes) -> None:
    """Several processes may put the same file: each puts a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def _placed(visitor: Any, node: diagram, format: str, folder: Path) -> str:
    """The picture's file in the folder of a builder's images; its name."""
    theme = "light" if format == "pdf" and node["theme"] == "auto" else node["theme"]
    content = stored(
        visitor.builder.env.doctreedir, tuple(node["words"]), theme, format
    ).read_bytes()
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
    """A PDF beside the LaTeX file."""
    name = _placed(visitor, node, "pdf", Path(visitor.builder.outdir))
    width = visitor.latex_image_length(node["width"]) if node["width"] else ""
    options = f"[width={width}]" if width else ""
    visitor.body.append(f"\n\\noindent\\sphinxincludegraphics{options}{{{name}}}\n")
    raise nodes.SkipNode


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
    app.add_config_value("resnet_diagram_theme", "light", "env", types=(str,))
    for directive in (BlockDirective, ModelDirective, CompareDirective):
        app.add_directive(f"resnet-{directive.kind}", directive)
    app.add_directive("resnet-diagram", ResnetDirective)
    return {
        "version": version("resnet-diagram"),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
