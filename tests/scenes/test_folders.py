"""Which folder of the scenes may import from which."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import scenes

ROOT = Path(scenes.__file__).parent
# Each folder, and those that it must not know.
FORBIDDEN = {
    "fast": ("drawing", "charts", "stage", "story", "check", "publish", "release", "locales"),
    "drawing": ("charts", "stage", "story", "check", "publish"),
    "charts": ("stage", "story", "check", "publish"),
    "stage": ("story", "check", "publish"),
    "story": ("drawing", "charts", "stage", "check", "publish"),
    "check": ("charts", "story"),
}


def imported(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it, in full."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_go_one_way(folder: str) -> None:
    files = [*(ROOT / folder).glob("*.py")]
    assert len(files) > 5
    against = [
        f"{file.name} imports {module}"
        for file in files
        for module in imported(file)
        if any(f"{module}.".startswith(f"scenes.{other}.") for other in FORBIDDEN[folder])
    ]
    assert not against
