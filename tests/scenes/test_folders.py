"""Which folder of the scenes may import from which."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import scenes

ROOT = Path(scenes.__file__).parent
# Each folder, and those that it must not know.
FORBIDDEN = {
    "fast": (
        "text",
        "drawing",
        "charts",
        "stage",
        "story",
        "check",
        "render",
        "outputs",
        "release",
    ),
    "text": ("drawing", "charts", "stage", "story", "check", "render", "outputs", "release"),
    "drawing": ("charts", "stage", "check", "render", "outputs", "release"),
    "charts": ("stage", "check", "render", "outputs", "release"),
    "stage": ("check", "render", "outputs", "release"),
    "story": ("drawing", "charts", "stage", "check", "render", "outputs", "release"),
    "check": ("charts", "story", "release"),
    "render": ("check", "outputs", "release"),
    "outputs": ("check", "release"),
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
    assert len(files) > 3
    against = [
        f"{file.name} imports {module}"
        for file in files
        for module in imported(file)
        if any(f"{module}.".startswith(f"scenes.{other}.") for other in FORBIDDEN[folder])
    ]
    assert not against
