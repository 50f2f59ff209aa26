"""A hash of the code that a run used: a server and its clients compare it, and a record keeps it.

The code is every definition of this package that the server app and the client app can reach by
name, and the strategy and the partitioner that the run chose. Other definitions, comments,
docstrings and layout do not count.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any

from fl_sim.app.settings import Settings

PACKAGE = "fl_sim.app"
FOLDER = Path(__file__).parent

# What Flower calls by itself.
ENTRIES = (
    ("server_app", "main"),
    ("client_app", "describe"),
    ("client_app", "train"),
    ("client_app", "evaluate"),
)
# A record keeps the settings themselves, and a run that was resumed ends like one that was not.
APART = {"settings", "fields", "provenance", "resume"}

# Clients ask in several threads, and Python 3.11 can fail to parse in two at once: "AST constructor
# recursion depth mismatch".
PARSING = Lock()

# A function, class or constant: its module and its name. A module itself has no name.
Definition = tuple[str, str]


@cache
def code_hash(settings: Settings, folder: Path = FOLDER) -> str:
    """Return the SHA-256 over the code that a run with these settings uses.

    Args:
        settings: of the run.
        folder: with the modules of the app.
    """
    digest = hashlib.sha256()
    for (module, name), node in sorted(definitions(settings, folder).items(), key=itemgetter(0)):
        digest.update(f"{module}.{name}\0{_shape(node)!r}\0".encode())
    return digest.hexdigest()


def definitions(settings: Settings, folder: Path = FOLDER) -> dict[Definition, ast.stmt]:
    """Return the definitions that a run with these settings uses; arguments as above."""
    chosen = [type(settings.strategy), type(settings.partitioning), type(settings.network)]
    pending = [*ENTRIES, *((_module(each.__module__), each.__name__) for each in chosen)]
    apart = APART | _unused(settings)
    found: dict[Definition, ast.stmt] = {}
    while pending:
        module, name = pending.pop()
        own, imported = _parsed(folder / f"{module}.py")
        if name in own and (module, name) not in found and module not in apart:
            found[module, name] = own[name]
            pending += _named(own[name], module, imported)
    return found


def _unused(settings: Settings) -> set[str]:
    """Return the modules that do nothing in a run with these settings."""
    uses = {
        "augmentation": settings.augment,
        "faults": settings.has_faults,
        "secagg": settings.secure_aggregation,
        "secagg_mod": settings.secure_aggregation,
        "secagg_strategy": settings.secure_aggregation,
        "privacy": bool(settings.dp_noise),
        "mods": settings.secure_aggregation or bool(settings.dp_noise),
    }
    return {module for module, used in uses.items() if not used}


@cache
def _parsed(path: Path) -> tuple[dict[str, ast.stmt], dict[str, Definition]]:
    """Return a module's definitions, and what it imports from this package, by name."""
    with PARSING:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    own = {name: node for node in tree.body for name in _names(node)}
    imported = {
        alias.asname or alias.name: (
            (alias.name, "") if node.module == PACKAGE else (_module(str(node.module)), alias.name)
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(PACKAGE)
        for alias in node.names
    }
    return own, imported


def _names(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return [each.id for each in names if isinstance(each.ctx, ast.Store)]


def _module(name: str) -> str:
    return name.removeprefix(f"{PACKAGE}.")


def _named(node: ast.stmt, module: str, imported: dict[str, Definition]) -> Iterator[Definition]:
    """Return what a definition names of this package."""
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name):
                yield imported.get(name, (module, name))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in imported:
                yield imported[name][0], attribute


def _shape(node: Any) -> Any:
    """Return a syntax tree as plain values, the same in every version of Python."""
    if isinstance(node, list):
        return [_shape(item) for item in node if not _is_text(item)]
    if not isinstance(node, ast.AST):
        return node
    # A newer Python knows more fields, which are empty here.
    known = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
    return type(node).__name__, [(name, _shape(value)) for name, value in known]


def _is_text(node: Any) -> bool:
    """Return whether a statement is a docstring, or the description of a setting."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
