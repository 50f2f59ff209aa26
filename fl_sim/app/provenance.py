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
from typing import Any, NamedTuple

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
FAULTS = "faults"


class Definition(NamedTuple):
    """A function, class or constant of a module, or all of a module where it has no name."""

    module: str
    name: str


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
    chosen = (settings.strategy, settings.partitioning)
    pending = {Definition(*entry) for entry in ENTRIES}
    pending |= {Definition(_local(type(one).__module__), type(one).__name__) for one in chosen}
    apart = APART if settings.has_faults else {*APART, FAULTS}
    found: dict[Definition, ast.stmt] = {}
    while pending:
        definition = pending.pop()
        module = _parsed(folder / f"{definition.module}.py")
        node = module.definitions.get(definition.name)
        if node is not None and definition not in found and definition.module not in apart:
            found[definition] = node
            pending |= set(_named(node, definition.module, module.imports))
    return found


class _Module(NamedTuple):
    definitions: dict[str, ast.stmt]
    imports: dict[str, Definition]


@cache
def _parsed(path: Path) -> _Module:
    """Return a module's definitions by name, and what it imports from this package."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    definitions = {name: node for node in tree.body for name in _names(node)}
    imports = {
        alias.asname or alias.name: _origin(str(node.module), alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(PACKAGE)
        for alias in node.names
    }
    return _Module(definitions, imports)


def _names(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [each.id for target in targets for each in _bare(target)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _bare(target: ast.expr) -> Iterator[ast.Name]:
    return (each for each in ast.walk(target) if isinstance(each, ast.Name))


def _origin(module: str, name: str) -> Definition:
    """Return what ``from module import name`` gives: a definition, or a module without a name."""
    return Definition(name, "") if module == PACKAGE else Definition(_local(module), name)


def _local(module: str) -> str:
    return module.removeprefix(f"{PACKAGE}.")


def _named(node: ast.stmt, module: str, imports: dict[str, Definition]) -> Iterator[Definition]:
    """Return what a definition names of this package."""
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name):
                yield imports.get(name, Definition(module, name))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in imports:
                yield Definition(imports[name].module, attribute)


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
    """Tell whether a statement is a docstring, or the description of a setting."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
