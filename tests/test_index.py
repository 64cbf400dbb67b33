"""The index holds what the signatures say, and is passed over where it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resnet_core import index
from resnet_core.__main__ import advances, rows
from resnet_core.layout import typesetting
from resnet_core.registry import BLOCKS, NETWORKS, Origin
from tests.conftest import answer
from tests.subjects import sampled

ROOT = Path(__file__).parents[1]
SUBJECTS = [*BLOCKS.values(), *NETWORKS.values()]


def test_the_index_is_the_one_that_the_sources_make():
    kept = json.loads(index.FILE.read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps({"digest": index.digest(), **rows()})), (
        "make index writes it"
    )


def test_letters_are_as_wide_as_the_fonts_say():
    kept = json.loads(typesetting.ADVANCES.read_text(encoding="utf-8"))
    assert kept == advances(), "make index writes it"


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_a_form_of_the_index_is_the_form_of_the_signature(subject):
    own = Origin.of(subject.factory)
    assert subject.origin == own
    assert subject.origin.fields == own.fields
    # Equal origins share one form, so that diagrams made before and after an import are equal.
    fixed = frozenset(dict(subject.fixed))
    assert set(subject.params.model_fields) == set(own.fields) - fixed


def test_names_formulas_and_forms_come_without_torch():
    code = (
        "import sys; from resnet_core.registry import BLOCKS, NETWORKS; "
        "print(len(BLOCKS), len(NETWORKS), BLOCKS['bottleneck'].params.__name__, "
        "BLOCKS['bottleneck'].year, 'torch' in sys.modules)"
    )
    assert answer(code) == f"{len(BLOCKS)} {len(NETWORKS)} Bottleneck 2015 False"


@pytest.mark.slow
def test_an_index_that_does_not_fit_the_sources_is_passed_over():
    code = (
        "import sys; from resnet_core import index; index.digest = lambda: 'other'; "
        "from resnet_core.registry import BLOCKS; print('basic' in BLOCKS, 'torch' in sys.modules)"
    )
    assert answer(code) == "True True"


@pytest.mark.parametrize("words", sampled(["list bottleneck", "list", "url bottleneck --stride 2"]))
def test_a_list_and_an_address_are_told_without_torch_and_layout(words):
    code = (
        "import sys; from app.cli import main; "
        f"main({words.split()!r}, 'resnet-diagram', standalone_mode=False); "
        "heavy = ('torch', *(f'resnet_core.{room}' for room in ('layout', 'explain', 'trace'))); "
        "print('loaded:', *(name for name in heavy if name in sys.modules))"
    )
    assert answer(code).endswith("loaded:")


@pytest.mark.slow
@pytest.mark.parametrize("fits", [True, False])
def test_threads_that_look_at_once_all_see_the_whole_catalogue(fits):
    code = (
        "import sys; from concurrent.futures import ThreadPoolExecutor; "
        "from resnet_core import index; "
        f"index.digest = index.digest if {fits} else lambda: 'other'; "
        "from resnet_core.registry import BLOCKS, NETWORKS; "
        "look = lambda _: (len(BLOCKS), len(NETWORKS)); "
        "sys.setswitchinterval(1e-6); "
        "print(set(ThreadPoolExecutor(16).map(look, range(16))))"
    )
    assert answer(code) == str({(len(BLOCKS), len(NETWORKS))})
