"""A release's page in a browser, for the tests of its parts."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import Opened, launched, visited
from playwright.sync_api import Browser, Page, ViewportSize
from served import plainly_served, served

WIDE = ViewportSize(width=1440, height=1000)
NARROW = ViewportSize(width=320, height=640)
Visit = Callable[..., AbstractContextManager[Opened]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser for all tests; each visit starts with nothing left of earlier ones."""
    with launched() as running:
        yield running


@pytest.fixture(scope="module")
def address(released: Path) -> Iterator[str]:
    """Return the address of the release on a usual server."""
    with served(released) as address:
        yield address


@pytest.fixture(scope="module")
def plain_address(released: Path) -> Iterator[str]:
    """Return the address of the release on a server that sends files only as a whole."""
    with plainly_served(released) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Visit:
    """Return what opens a page of the release.

    In no visit there may be an error in the console, or a request to another host.
    """

    @contextmanager
    def visit_(page: str = "index.html", at: str = address, **options: Any) -> Iterator[Opened]:
        with visited(browser, f"{at}/{page}", **{"viewport": WIDE, **options}) as seen:
            yield seen
            assert (seen.errors, seen.outside) == ([], [])

    return visit_


def loaded_trial(page: Page) -> None:
    """Scroll to the section with the models, and wait until they are there."""
    page.locator("#trial").scroll_into_view_if_needed()
    page.locator("#weights[href$='#final']").wait_for()
