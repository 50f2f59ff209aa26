"""Digests of what a clip is made from: equal digests, equal pictures.

The inputs are the chapter's spec with all its texts, the code that draws it, its look with its
colours, the fonts, Manim's settings, and the versions of the packages that draw.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from hashlib import file_digest, sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).parents[2]
PACKAGE = "scenes"
_PACKED = ROOT / PACKAGE / "manim.cfg"  # where a wheel has the file
MANIM_CFG = _PACKED if _PACKED.is_file() else ROOT / _PACKED.name
PATTERNS = ("*.py", "*.po", "*.html", "*.css", "*.js", "*.svg")  # files that affect a release
# Modules whose results are part of a clip's digest, so that their code is not: specs, and tables of
# a look's choices. USED_TO_DRAW are exceptions.
RESULTS_IN_DIGEST = (
    "scenes.story",
    "scenes.text.catalogues",
    "scenes.text.languages",
    "scenes.drawing.palettes",
)
# Modules that make samples: clips are silent, and name what is heard of them. The look
# of a clip names what its voice is made by.
SAMPLES = (
    "scenes.sound.files",
    "scenes.sound.loudness",
    "scenes.sound.samples",
    "scenes.sound.synthesis",
    "scenes.voice",
    "scenes.render.voices",
)
PRODUCTS = "scenes.release.products"  # calls all makers
USED_TO_DRAW = ("scenes.story.specs", "scenes.story.crowds")
# Packages that draw or encode.
TOOLS = ("manim", "pycairo", "ManimPango", "numpy", "pillow", "av", "font-source-sans-pro", "typst")


def digest(value: Any) -> str:
    """Return the SHA-256, hexadecimal, of a spec or a similar value.

    The value consists of dataclasses, mappings, sequences, arrays, texts and numbers. Dataclass
    fields with ``compare=False`` are ignored.

    Raises:
        TypeError: a part of the value has another type.
    """
    hashed = sha256()
    for part in _parts(value):
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """Yield the parts of a value with their types, so that different values differ."""
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
        names = [field.name for field in fields(value) if field.compare]
        yield from _parts({name: getattr(value, name) for name in names})
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


def code_of(module: str, folder: str = PACKAGE) -> dict[str, str]:
    """Return the digest of a module's file and of each file of a folder that it imports.

    Comments and layout are ignored, and so are the modules of ``RESULTS_IN_DIGEST``.
    """
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        heard = folder == PACKAGE and any(_is_within(name, one) for one in SAMPLES)
        file = _file(name) if _is_within(name, folder) and not heard else None
        if file is None or str(file) in found:
            continue
        found[str(file)], imports = _parsed(file)
        waiting += imports
    return {Path(name).relative_to(ROOT).as_posix(): found[name] for name in sorted(found)}


def _is_within(module: str, folder: str) -> bool:
    return f"{module}.".startswith(f"{folder}.")


def _file(module: str) -> Path | None:
    """Return the file of a module, or None if its code is not part of digests."""
    included = module in USED_TO_DRAW or not any(
        _is_within(module, one) for one in RESULTS_IN_DIGEST
    )
    if module == PACKAGE or not included:
        return None
    place = ROOT.joinpath(*module.split("."))
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((file for file in files if file.is_file()), None)


# Parsed files by the SHA-256 of their bytes; to parse all files takes a fifth of a second.
_parsed_files: dict[str, "Parsed"] = {}


class Parsed(NamedTuple):
    """A parsed file: the digest of its code, and the modules of this package that it may import."""

    digest: str
    imports: tuple[str, ...]


def parsed_files() -> dict[str, Parsed]:
    """Return the files parsed in this process, for ``add_parsed_files`` in another one."""
    return dict(_parsed_files)


def add_parsed_files(parsed: Mapping[str, Parsed]) -> None:
    """Add files parsed in another process; a changed file is still parsed again."""
    _parsed_files.update(parsed)


def _parsed(file: Path) -> Parsed:
    source = file.read_bytes()
    key = sha256(source).hexdigest()
    if key not in _parsed_files:
        tree = ast.parse(source)
        _parsed_files[key] = Parsed(
            sha256(ast.dump(tree).encode()).hexdigest(), tuple(_imports(tree))
        )
    return _parsed_files[key]


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield the names in this package that a file imports; some may not be modules."""
    for node in ast.walk(tree):
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        yield from (name for name in found if name.split(".")[0] == PACKAGE)


class Maker(StrEnum):
    """The modules that make products from clips."""

    FILM = "scenes.outputs.film"
    JOINS = "scenes.outputs.joins"
    WEBM = "scenes.outputs.encode"
    STILLS = "scenes.outputs.sheet"
    LOOPS = "scenes.outputs.loop_files"
    FIGURES = "scenes.render.figures"


def maker_code(*makers: Maker) -> dict[str, str]:
    """Return the digest of each file with code that makes products from clips.

    Args:
        makers: the makers; all without any.
    """
    found = code_of(PRODUCTS, PRODUCTS)
    for maker in makers or Maker:
        found |= code_of(maker, maker.rpartition(".")[0])
    return found


def settings_digests() -> dict[str, str]:
    """Return the digest of each file that affects every clip: settings and fonts."""
    render = ROOT / PACKAGE / "render" / "jobs.py"
    return {
        MANIM_CFG.name: _bytes_digest(MANIM_CFG),
        render.relative_to(ROOT).as_posix(): _parsed(render).digest,
        **{font.name: _bytes_digest(font) for font in _fonts()},
    }


def _fonts() -> list[Path]:
    """Return the font files."""
    return sorted(Path(str(files("font_source_sans_pro"))).glob("files/*.ttf"))


def versions() -> dict[str, str]:
    """Return the versions of the packages that draw."""
    return {name: version(name) for name in TOOLS}


def release_inputs(records: Iterable[Sequence[Path]], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of each input of a release by name, from the bytes of files.

    It is fast. If all equal those of the existing release, nothing has to be made.

    Args:
        records: the files of each run record.
        chosen: the other choices by name, such as the theme.
    """
    code = [file for kind in PATTERNS for file in (ROOT / PACKAGE).rglob(kind)]
    code.append(MANIM_CFG)
    code += (ROOT / "fl_sim").rglob("*.py")
    found = {file.relative_to(ROOT).as_posix(): _bytes_digest(file) for file in sorted(code)}
    for number, parts in enumerate(records):
        found[f"the record {parts[0].parent.name} [{number}]"] = digest(
            {file.name: _bytes_digest(file) for file in parts}
        )
    return found | dict(chosen) | versions()


def digest_of_files(files: Iterable[Path]) -> str:
    """Return the digest of files: the bytes of each, and where it lies."""
    return digest({f"{file.parent.name}/{file.name}": _bytes_digest(file) for file in files})


def _bytes_digest(file: Path) -> str:
    with file.open("rb") as source:
        return file_digest(source, "sha256").hexdigest()
