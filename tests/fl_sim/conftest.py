"""What the tests of the training half share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from quick_run import SMALL


@pytest.fixture
def small() -> Path:
    """Return a folder with 400 train and 100 test images of CIFAR-10."""
    return SMALL


@pytest.fixture
def fl_sim() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs `fl-sim` as a process of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fl_sim.cli", *arguments]
        environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    return run
