"""What the tests of the training half share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import run
from quick_run import SMALL

# torchvision loads Triton, which nothing here uses, and which prints what it leaks as Python ends.
sys.modules.setdefault("triton", None)  # type: ignore[arg-type]


@pytest.fixture
def small() -> Path:
    """Return a folder with 400 train and 100 test images of CIFAR-10."""
    return SMALL


@pytest.fixture
def fl_sim() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs `fl-sim` as a process of its own, with environment variables."""

    def fl_sim_(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        known = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", **environment}
        return run(sys.executable, "-m", "fl_sim.cli", *arguments, env=known)

    return fl_sim_
