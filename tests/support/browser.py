"""A page in Chromium, and what went on in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ON_NETWORK = ("http", "https", "ws", "wss")


@dataclass
class Opened:
    """A page, the errors of its console and its scripts, and what it asked of other hosts."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def until(self, expression: str, seconds: float = 30) -> None:
        """Wait until an expression of JavaScript is true.

        Playwright's own ``wait_for_function`` evaluates it in the page, and is kept out by a page
        that admits no such thing.
        """
        last = monotonic() + seconds
        while not self.page.evaluate(expression):
            assert monotonic() < last, f"{expression}: not within {seconds} s"
            self.page.wait_for_timeout(20)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium without a window: the system's, or the one that Playwright downloaded.

    Where there is neither, the test is skipped, and says so.
    """
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, NAMES)), playwright.chromium.executable_path)
        if not Path(program).exists():
            pytest.skip("there is no Chromium: install it, or run .venv/bin/playwright install")
        with playwright.chromium.launch(executable_path=program, args=list(OPTIONS)) as browser:
            yield browser


@contextmanager
def visited(browser: Browser, address: str, **options: Any) -> Iterator[Opened]:
    """Open a page in a browser that is running, with nothing left of earlier visits.

    Args:
        browser: where it is opened.
        address: of the page; a host in it is the only one that is not outside.
        options: of the browser's context, such as ``reduced_motion="reduce"``.
    """
    with browser.new_context(**options) as context:
        seen = Opened(context.new_page())
        _watch(seen, urlsplit(address).netloc)
        seen.page.goto(address)
        yield seen


@contextmanager
def opened(address: str, **options: Any) -> Iterator[Opened]:
    """Open a page in a Chromium of its own; the arguments are those of ``visited``."""
    with launched() as browser, visited(browser, address, **options) as seen:
        yield seen


def _watch(seen: Opened, host: str) -> None:
    """Note from now on what goes on."""

    def note(url: str) -> None:
        if urlsplit(url).scheme in ON_NETWORK and urlsplit(url).netloc != host:
            seen.outside.append(url)

    def hear(kind: str, text: str) -> None:
        if kind == "error":
            seen.errors.append(text)

    seen.page.on("request", lambda request: note(request.url))
    seen.page.on("websocket", lambda socket: note(socket.url))
    seen.page.on("console", lambda message: hear(message.type, message.text))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))


if __name__ == "__main__":  # whether there is a browser for the tests
    with opened("about:blank"):
        pass
