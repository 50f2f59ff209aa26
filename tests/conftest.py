"""What all tests share."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that makes what pictures are compared with anew."""
    parser.addoption(
        "--remake",
        action="store_true",
        help="write the snapshots and pictures that chapters are compared with, from the code",
    )


@pytest.fixture
def remake(request: pytest.FixtureRequest) -> bool:
    """Return whether what is compared with is to be made anew."""
    return bool(request.config.getoption("--remake"))
