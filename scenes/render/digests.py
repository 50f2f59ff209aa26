"""What a chapter's pictures are made from, as digests: the same digest, the same pictures.

They depend on what its story tells, on the code that draws it, on size, shape, colours and
language, and on the versions of what draws.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).parents[2]
PACKAGE = "scenes"
KINDS = ("*.py", "*.po", "*.html", "*.css", "*.js", "*.svg")  # of its files that say something
# What they do shows in what is told, in what is made of clips, or in no picture.
UNSEEN = ("scenes.outputs", "scenes.release", "scenes.render", "scenes.check", "scenes.cli")
DRAWS = ("manim", "pycairo", "ManimPango", "numpy", "pillow", "av", "font-source-sans-pro", "typst")


def digest(value: Any) -> str:
    """Return the SHA-256, hexadecimal, of a value made of what stories tell.

    These are dataclasses, mappings, sequences, arrays, texts and numbers.

    Raises:
        TypeError: something in it is of another type.
    """
    hashed = sha256()
    for part in _parts(value):
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """Yield a value piece by piece, each piece with what it is, so that no two values are alike."""
    if value is None or isinstance(value, str | bool | int | float | np.generic):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, bytes):
        yield b"bytes"
        yield value
    elif isinstance(value, np.ndarray):
        yield f"array {value.dtype.str} {value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        yield from _parts({field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, Mapping):
        yield f"mapping of {len(value)}".encode()
        for key, item in value.items():
            yield from _parts(key)
            yield from _parts(item)
    elif isinstance(value, Sequence):
        yield f"sequence of {len(value)}".encode()
        for item in value:
            yield from _parts(item)
    else:
        raise TypeError(f"{type(value).__name__} has no digest")


def code_of(module: str) -> dict[str, str]:
    """Return the digest of each file of this package that a module imports, itself included.

    Comments and layout do not count.
    """
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        file = _file(name)
        if file is None or str(file) in found:
            continue
        found[str(file)], imports = _parsed(file)
        waiting += imports
    return {Path(name).relative_to(ROOT).as_posix(): found[name] for name in sorted(found)}


def _file(module: str) -> Path | None:
    """Return the file of a module of this package that shows in pictures."""
    if (
        module == PACKAGE
        or _is_story(module)
        or any(f"{module}.".startswith(f"{unseen}.") for unseen in UNSEEN)
    ):
        return None
    place = ROOT.joinpath(*module.split("."))
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((file for file in files if file.is_file()), None)


def _is_story(module: str) -> bool:
    """Return whether a module only makes specs, whose digest is that of what it made."""
    drawn = ("scenes.story.specs", "scenes.story.crowds")
    return f"{module}.".startswith("scenes.story.") and module not in drawn


# Of files, by the SHA-256 of their bytes: to parse them all takes a fifth of a second.
_known: dict[str, "Parsed"] = {}


class Parsed(NamedTuple):
    """What counts of a file: a digest, and the modules of this package that it may import."""

    digest: str
    imports: tuple[str, ...]


def known() -> dict[str, Parsed]:
    """Return what was found out in this process, for ``learn`` in another one."""
    return dict(_known)


def learn(known: Mapping[str, Parsed]) -> None:
    """Take over what another process found out. Files are still read: they may have changed."""
    _known.update(known)


def _parsed(file: Path) -> Parsed:
    source = file.read_bytes()
    key = sha256(source).hexdigest()
    if key not in _known:
        tree = ast.parse(source)
        _known[key] = Parsed(sha256(ast.dump(tree).encode()).hexdigest(), tuple(_imports(tree)))
    return _known[key]


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield the modules of this package that a file imports, and what may be modules."""
    for node in ast.walk(tree):
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        yield from (name for name in found if name.split(".")[0] == PACKAGE)


def making() -> dict[str, str]:
    """Return the digest of each file that says how pictures become files."""
    files = [ROOT / PACKAGE / name for name in ("render", "outputs", "release")]
    found = {str(file): _parsed(file).digest for folder in files for file in folder.glob("*.py")}
    return {Path(name).relative_to(ROOT).as_posix(): found[name] for name in sorted(found)}


def settings() -> dict[str, str]:
    """Return the digest of each file that says how a clip is rendered, whatever it shows."""
    render = ROOT / PACKAGE / "render" / "jobs.py"
    return {
        "manim.cfg": _bytes_digest(ROOT / "manim.cfg"),
        render.relative_to(ROOT).as_posix(): _parsed(render).digest,
        **{font.name: _bytes_digest(font) for font in _fonts()},
    }


def _fonts() -> list[Path]:
    """Return the files of the font's styles."""
    return sorted(Path(str(files("font_source_sans_pro"))).glob("files/*.ttf"))


def versions() -> dict[str, str]:
    """Return the version of everything that draws."""
    return {name: version(name) for name in DRAWS}


def everything(records: Iterable[Path], chosen: Mapping[str, str]) -> str:
    """Return the digest of all that a release is made from, bytes as they are.

    It is found in a moment: where it is that of the release that is there, nothing is to be made.

    Args:
        records: the folders of the records filmed.
        chosen: what else was chosen.
    """
    code = [file for kind in KINDS for file in (ROOT / PACKAGE).rglob(kind)]
    code.append(ROOT / "manim.cfg")
    code += (ROOT / "fl_sim").rglob("*.py")
    found = {str(file.relative_to(ROOT)): _bytes_digest(file) for file in sorted(code)}
    for folder in records:
        found |= {
            str(file): _bytes_digest(file) for file in sorted(folder.iterdir()) if file.is_file()
        }
    return digest([found, chosen, versions()])


def _bytes_digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()
