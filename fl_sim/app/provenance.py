"""Which code trained: a server and its clients compare it, and a record keeps it."""

import ast
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

# The files on which a run's numbers depend.
SOURCES = (
    "client_app.py",
    "clients.py",
    "cohort.py",
    "faults.py",
    "local_only.py",
    "partitions.py",
    "resume.py",
    "server_app.py",
    "strategies.py",
    "task.py",
)


@cache
def code_hash() -> str:
    """Return the SHA-256 over the app's code: comments, docstrings and layout do not count."""
    digest = hashlib.sha256()
    for name in SOURCES:
        tree = ast.parse((Path(__file__).parent / name).read_text(encoding="utf-8"))
        digest.update(f"{name}\0{_shape(tree)!r}\0".encode())
    return digest.hexdigest()


def _shape(node: Any) -> Any:
    """Return a syntax tree as plain values, the same in every version of Python."""
    if isinstance(node, list):
        return [_shape(item) for item in node]
    if not isinstance(node, ast.AST):
        return node
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
        del node.body[0]
    # A newer Python knows more fields, which are empty here.
    known = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
    return type(node).__name__, [(name, _shape(value)) for name, value in known]
