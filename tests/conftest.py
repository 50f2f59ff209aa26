"""What all tests share."""

import gc

import pytest
from hypothesis import settings

# How long an example takes says nothing on a machine that does other work as well.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for what is compared with, and for what is there already."""
    parser.addoption(
        "--remake",
        action="store_true",
        help="write the snapshots and pictures that chapters are compared with, from the code",
    )
    parser.addoption(
        "--release",
        metavar="FOLDER",
        help="check the release in this folder, instead of making one of the reference run first",
    )


def pytest_collection_finish() -> None:
    """Have the collector pass over what was imported: some programs call it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let the collector see everything again, before Python ends."""
    gc.unfreeze()


@pytest.fixture
def remake(request: pytest.FixtureRequest) -> bool:
    """Return whether what is compared with is to be made anew."""
    return bool(request.config.getoption("--remake"))
