"""The face of the library: its names load only what they need, and never turn into folders."""

import pytest

import resnet_core
from tests.conftest import answer


def test_errors_load_no_torch() -> None:
    code = "import sys, resnet_core.errors; print('torch' in sys.modules)"
    assert answer(code) == "False"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["blocks", "networks", "compare"])
def test_a_function_is_not_replaced_by_the_folder_of_its_name(name: str) -> None:
    code = (
        f"import importlib, resnet_core; importlib.import_module('resnet_core.{name}'); "
        f"print(type(resnet_core.{name}).__name__)"
    )
    assert answer(code) == "function"


def test_every_public_name_is_found_and_listed() -> None:
    assert set(resnet_core.__all__) <= set(dir(resnet_core))
    assert all(hasattr(resnet_core, name) for name in resnet_core.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        resnet_core.nonsense  # noqa: B018


def test_the_command_line_names_its_formats_without_torch() -> None:
    code = (
        "import sys, app.cli; from app.cli.output import FORMATS; "
        "print('svg' in FORMATS, 'torch' in sys.modules)"
    )
    assert answer(code) == "True False"
