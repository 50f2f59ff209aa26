"""A folder on a web server of this machine: one that can send parts of a file, or a plain one."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from starlette.staticfiles import StaticFiles

HOST = "127.0.0.1"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as web servers usually do, parts of files too; yield its address."""
    listening = socket.create_server((HOST, 0))
    port = listening.getsockname()[1]
    config = uvicorn.Config(
        StaticFiles(directory=folder), log_level="critical", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: Any) -> None:
        """Keep still."""

    def copyfile(self, *files: Any) -> None:
        """Send a file; a browser may have enough of it before its end."""
        try:
            super().copyfile(*files)
        except ConnectionError:
            self.close_connection = True


@contextmanager
def plainly_served(folder: Path) -> Iterator[str]:
    """Serve a folder as ``python -m http.server`` does: files only as a whole."""
    with ThreadingHTTPServer((HOST, 0), partial(_Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
