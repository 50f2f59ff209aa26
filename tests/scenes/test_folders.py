"""Which folder of the scenes may import from which, and which of them write no words."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import scenes
from scenes import FILM, LOOP

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
    "sound": (
        "voice",
        "drawing",
        "charts",
        "stage",
        "story",
        "check",
        "render",
        "outputs",
        "release",
    ),
    "voice": ("drawing", "charts", "stage", "story", "check", "render", "outputs", "release"),
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
    assert len(files) > 2
    against = [
        f"{file.name} imports {module}"
        for file in files
        for module in imported(file)
        if any(f"{module}.".startswith(f"scenes.{other}.") for other in FORBIDDEN[folder])
    ]
    assert not against


# What draws: it knows a story only by its specs, and its texts only as they are handed over.
DRAWING = ("drawing", "charts", "stage")
ALLOWED = {
    "scenes.story": ("scenes.story.specs", "scenes.story.crowds"),
    "scenes.text": (
        "scenes.text.errors",
        "scenes.text.glyphs",
        "scenes.text.lines.Line",
        "scenes.text.lines.Text",
        "scenes.text.lines.numbers_of",
        "scenes.text.lines.split",
        "scenes.text.numbers.ELLIPSIS",
        "scenes.text.numbers.Number",
    ),
}
# What makes glyphs of a text.
SEEN = {
    "title",
    "Words",
    "Line",
    "Text",
    "MarkupText",
    "Paragraph",
    "Tex",
    "MathTex",
}
LETTER = re.compile(r"[^\W\d_]")
SENTENCE = re.compile(r"[^\W\d_]{2,},? [^\W\d_]{2,}")


def within(module: str, package: str) -> bool:
    """Whether a module, or a name of one, is that of a package or in it."""
    return f"{module}.".startswith(f"{package}.")


@pytest.mark.parametrize("folder", DRAWING)
@pytest.mark.parametrize("package", ALLOWED)
def test_what_draws_knows_no_more_than_it_is_handed(folder: str, package: str) -> None:
    against = [
        f"{file.name} imports {module}"
        for file in (ROOT / folder).glob("*.py")
        for module in imported(file)
        if within(module, package) and not any(within(module, one) for one in ALLOWED[package])
    ]
    assert not against, "what draws takes its texts from its spec: see scenes/story/specs.py"


def literals(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the texts that stand in some nodes, those in parts of an f-string too."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def without_errors_and_docstrings(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes but those of errors, and texts that stand alone."""
    for child in ast.iter_child_nodes(node):
        alone = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if not alone and not isinstance(child, ast.Raise | ast.Assert):
            yield child
            yield from without_errors_and_docstrings(child)


def drawn(tree: ast.Module) -> Iterator[str]:
    """Yield the texts that are written where glyphs are made, not those in other calls there."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SEEN:
                for one in node.args:
                    yield from literals([] if isinstance(one, ast.Call) else ast.walk(one))


@pytest.mark.parametrize("folder", [*DRAWING, "."])
def test_what_draws_writes_no_word(folder: str) -> None:
    found = []
    for file in (ROOT / folder).glob("*.py"):
        if folder == "." and file.stem not in {chapter.name for chapter in (*FILM, LOOP)}:
            continue
        tree = ast.parse(file.read_text("utf-8"))
        words = [text for text in drawn(tree) if LETTER.search(text)]
        sentences = filter(SENTENCE.search, literals(without_errors_and_docstrings(tree)))
        found += [f"{file.name}: {text!r}" for text in (*words, *sentences)]
    assert not found, "words are the story's: add a field to the spec, and fill it with text(...)"


def test_a_word_is_found_where_glyphs_are_made() -> None:
    tree = ast.parse(
        '''"""It draws two words."""
raise FitError("the caption has no room")
assert room, "it has no room"
Words(line.with_value("n", n), frame)
Words(f"{n} workers", frame, weight="SEMIBOLD")
Words("\u00d7", frame)
note = "each mark: "
text = "two workers"
'''
    )
    assert list(drawn(tree)) == [" workers", "\u00d7"]
    assert [text for text in literals(without_errors_and_docstrings(tree)) if " " in text] == [
        " workers",
        "each mark: ",
        "two workers",
    ]
