"""A real release to open again: chapters of the reference run at draft quality, made once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import short_release
from house import House
from processes import run

WORDS = ["--run", "reference", "--quality", "low", "--shape", "16:9"]
# Those with rounds, those that another test lets change, and those of which the page asks.
HOUSE = "house"  # the folder of the copy
CHAPTERS = ("one_round", "many_rounds", "ledger", "credits")


@pytest.fixture(scope="session")
def released(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a release; ``--release`` names one to take instead of making it."""
    given = request.config.getoption("--release")
    if given:
        return Path(given).resolve()
    folder = tmp_path_factory.mktemp("release")
    House(folder / HOUSE, models=True).keep(*CHAPTERS)
    made = release(folder, *WORDS, "site")
    assert made.returncode == 0, made.stderr
    return folder / "site"


@pytest.fixture(scope="session")
def two_shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a release of two short chapters, in two shapes."""
    folder = tmp_path_factory.mktemp("shapes")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # where its store is as well
        short_release.make(
            "reference", folder / "site", chapters=("ledger", "credits"), shapes=("16:9", "1:1")
        )
    return folder / "site"


def release(folder: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Make a release as a user does in a folder, or in another one, where its store is as well.

    The film has the chapters of the copy of the project in the folder, if there is one.
    """
    environment = {name: value for name, value in os.environ.items() if name != "FEDREEL_RUN"}
    command = [sys.executable, "-m", "scenes.cli", "release", *words]
    house = {"PYTHONPATH": str(folder / HOUSE)}
    return run(*command, cwd=cwd or folder, env={**environment, **house})
