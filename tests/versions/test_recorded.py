"""What `.ci/versions` does with other versions of Flower works with the one that is here."""

import re
import runpy
from importlib.metadata import version
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def test_a_run_is_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(HERE / "recorded.py"), run_name="__main__")
    assert capsys.readouterr().out == f"flwr {version('flwr')}: recorded\n"


def test_the_docs_name_the_oldest_version_that_is_tested() -> None:
    script = (ROOT / ".ci" / "versions").read_text()
    (oldest,) = re.findall(r"^oldest=(.+)\.0$", script, re.MULTILINE)
    assert f"Flower {oldest} or later" in (ROOT / "docs" / "runs.md").read_text()
