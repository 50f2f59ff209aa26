"""Run records: load, save and compare what training leaves behind.

A record is a folder with ``run.json.gz`` (numbers and text) and one ``.npz`` file (arrays) that it
names. ``load`` checks a record once, so that whoever holds a ``Run`` may trust it. Both ``fl_sim``
and ``scenes`` import this module, so it needs neither Flower nor Torch nor Manim.
"""

import gc
import hashlib
import json
import os
import re
import reprlib
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from fl_sim import interrupted
from fl_sim.schema import arrays, derived, files, text, upgrades
from fl_sim.schema import attacks as _attacks
from fl_sim.schema import model as _model
from fl_sim.schema.attacks import *  # noqa: F403
from fl_sim.schema.attacks import Attack, AttackT, Inversions
from fl_sim.schema.checks import MEAN_TOLERANCE, mean_tolerance
from fl_sim.schema.errors import cut, first_line
from fl_sim.schema.model import *  # noqa: F403
from fl_sim.schema.model import SCHEMA_VERSION, ArrayFile, Run, incidental
from fl_sim.tiles import of_close_up as examples_in_small
from fl_sim.tiles import of_run as tiles
from fl_sim.wording import MOST_MEANT, did_you_mean

__all__ = [
    "HOME_RUNS", "MEAN_TOLERANCE", "RUNS", "RUN_FILE", "SCHEMA_VERSION", "RecordError", "attacks",
    "computed", "copy",
    "examples_in_small", "file_of", "final_model", "fingerprint", "inside", "load", "load_all",
    "load_attack", "mean_tolerance", "names", "own_runs", "parts", "places", "plain", "resolve",
    "save", "save_attack", "schema", "tiles", "verify",
]  # fmt: skip
__all__ += _model.__all__ + _attacks.__all__

RUNS = Path(__file__).parent / "runs"  # the runs that come with the package
PROJECT = RUNS.parents[1] / "pyproject.toml"  # in a checkout; an installed package has none
OWN_RUNS = "runs"
HOME_RUNS = "flower-records"  # in the home, for runs of the published app
RUN_FILE = "run.json.gz"
OLD_RUN_FILE = "run.json"  # of schemas 1 and 2
ARRAYS = "arrays"  # how the name of the array file begins
KINDS = ("*.json.gz", OLD_RUN_FILE, "*.npz", "*.safetensors")  # names of a record's files
# Names of runs are names of folders on every operating system.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

KINDS_OF_ATTACKS: tuple[type[Attack], ...] = (
    _attacks.Inversions, _attacks.Memberships, _attacks.Updates, _attacks.LocalModel,
)  # fmt: skip

MARK = 8  # characters of a fingerprint that tell records of one name apart

_REMAKE = "Restore the file, or make the record again"


class RecordError(Exception):
    """A record that cannot be used: names the file, the field, what was found and what to do."""


def file_of(folder: Path) -> Path | None:
    """Return the JSON file of the record in a folder, of whatever schema, or None."""
    files = (folder / name for name in (RUN_FILE, OLD_RUN_FILE))
    return next((file for file in files if file.is_file()), None)


def resolve(name_or_path: str | Path) -> Path:
    """Return the folder of a record, given a name in ``places``, its folder or its JSON file.

    Raises:
        RecordError: nothing is there; the text names similar ones.
    """
    return _find(name_or_path).parent


def own_runs() -> Path:
    """Return the folder for runs that are made here.

    In a checkout it is that of the committed runs. Where the package is installed, it is ``runs``
    in the current folder.
    """
    return RUNS if PROJECT.is_file() else Path(OWN_RUNS).absolute()


def places() -> list[Path]:
    """Return the folders in which a run is found by its name."""
    return list(dict.fromkeys((own_runs(), RUNS)))


def names() -> list[str]:
    """Return the names of the records in ``places``, sorted."""
    return sorted({folder.name for place in places() for folder in inside(place)})


def inside(folder: Path) -> list[Path]:
    """Return the folders of the records in a folder, by name; hidden ones are half made."""
    found = (each for each in folder.glob("*") if not each.name.startswith("."))
    return sorted(each for each in found if file_of(each))


def load(name_or_path: str | Path) -> Run:
    """Read and check a record, of this schema or an earlier one.

    Raises:
        RecordError: it is missing, truncated, from a newer schema, or contradicts itself.
    """
    path = _find(name_or_path)
    data = _read(path)
    stored, size = _read_arrays(path, data)
    version = data["schema_version"]
    try:
        with _no_garbage():
            if version < SCHEMA_VERSION:
                data = upgrades.upgrade(data, stored, version, size)
            return derived.complete(Run.model_validate(data, context=stored))
    except ValidationError as error:
        raise RecordError(f"{path}: {first_line(error)}. {_REMAKE}") from error
    except ValueError as error:
        raise RecordError(f"{path}: {cut(str(error))}. {_REMAKE}") from error


def load_all(names_or_paths: Iterable[str]) -> dict[str, Run]:
    """Read and check several records, each once, by name or path, with their ``Run.inversions``.

    A document that is damaged, or about another record, is left out. Names are labels that nobody
    has to make unique. Of records with one name, each gets the start of its fingerprint as a part
    of its name; of records that computed the same, one is kept.

    Raises:
        RecordError: as for ``load``.
    """
    runs = {given: _with_inversions(given, load(given)) for given in names_or_paths}
    times = Counter(run.name for run in runs.values())
    marked = {given: _marked(run) if times[run.name] > 1 else run for given, run in runs.items()}
    kept = {run.name: given for given, run in reversed(marked.items())}
    return {given: run for given, run in marked.items() if kept[run.name] == given}


def _with_inversions(name_or_path: str, run: Run) -> Run:
    """Return a loaded run with the photos that were rebuilt from its updates, if it has any."""
    found = (each for each in attacks(name_or_path, run) if isinstance(each, Inversions))
    return run.with_inversions(next(found, None))


def _marked(run: Run) -> Run:
    """Return a run with the start of its fingerprint in its name."""
    return run.model_copy(update={"name": f"{run.name} {fingerprint(run)[:MARK]}"})


def save(run: Run, path: str | Path) -> Path:
    """Write a record into the folder ``path`` and return the path of its JSON file.

    The JSON file is replaced in one step after its arrays are in place, so that a reader finds the
    old record or the new one, whole, at any moment.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    target = _write(derived.stored(run), folder / RUN_FILE, ARRAYS)
    (folder / OLD_RUN_FILE).unlink(missing_ok=True)
    return target


def save_attack(attack: Attack, name_or_path: str | Path) -> Path:
    """Write what an attack found beside the record that it is about, as ``save`` does."""
    target = resolve(name_or_path) / f"{attack.FILE}.json.gz"
    return _write(attack, target, attack.FILE)


def load_attack(name_or_path: str | Path, run: Run, kind: type[AttackT]) -> AttackT | None:
    """Read what attacks of a kind found about a loaded record, or None if there were none.

    Raises:
        RecordError: it cannot be read, or is about another record.
    """
    path = resolve(name_or_path) / f"{kind.FILE}.json.gz"
    if not path.is_file():
        return None
    again = f"Make it again with: fl-sim attack {kind.COMMAND} {shlex.quote(str(name_or_path))}"
    data = _read(path)
    stored, _ = _read_arrays(path, data)
    try:
        attack = kind.model_validate(data, context=stored)
    except ValidationError as error:
        raise RecordError(f"{path}: {first_line(error)}. {again}") from error
    if attack.run != fingerprint(run):
        raise RecordError(f"{path}: it is about another record than the one there. {again}")
    return attack


def attacks(name_or_path: str | Path, run: Run) -> Iterator[Attack]:
    """Give what attacks of each kind found about a loaded record, and about no other."""
    for kind in KINDS_OF_ATTACKS:
        with suppress(RecordError):
            if (found := load_attack(name_or_path, run, kind)) is not None:
                yield found


def _write(content: Run | Attack, target: Path, prefix: str) -> Path:
    """Write JSON and arrays; files of arrays whose names begin with ``prefix`` are replaced."""
    stored: arrays.Arrays = {}
    text_ = content.model_dump_json(exclude_none=True, exclude={"arrays"}, context=stored)
    _refuse_nan(text_)
    array_file = ""
    if stored:
        packed = arrays.write(stored)
        spec = _spec(packed, prefix)
        array_file = spec.file
        replace(target.parent / array_file, packed)
        text_ = f'{text_[:-1]},"arrays":{spec.model_dump_json()}}}'
    replace(target, text.pack(text_.encode()))
    for stale in target.parent.glob(f"{prefix}-*.npz"):
        if stale.name != array_file:
            stale.unlink(missing_ok=True)
    return target


def plain(name_or_path: str | Path) -> dict[str, Any]:
    """Return a record as JSON holds it, each array by its type, shape and hash.

    A record of the current schema is not checked, and its array file need not be there.

    Raises:
        RecordError: as for ``load``.
    """
    path = _find(name_or_path)
    data = _read(path)
    if data["schema_version"] == SCHEMA_VERSION:
        return data
    return load(path).model_dump(mode="json", exclude_none=True)


def parts(name_or_path: str | Path) -> list[Path]:
    """Return the files of a record: the regular files in its folder of the kinds that it has.

    Raises:
        RecordError: no record is there.
    """
    folder = resolve(name_or_path)
    found = (path for kind in KINDS for path in folder.glob(kind))
    return sorted(path for path in found if files.is_own(path))


def verify(name_or_path: str | Path, run: Run) -> None:
    """Check that the files beside a loaded record are those that it names.

    A model that is not there, or whose hash the record does not say, is none of its files.

    Raises:
        RecordError: a file is a link, is no regular file, or has another hash.
    """
    for file, sha256 in _beside(_find(name_or_path), run):
        with _named(file):
            files.verify(file, sha256)


def copy(name_or_path: str | Path, run: Run, target: Path) -> list[Path]:
    """Copy a loaded record, and what attacks found about it, into a folder; see ``verify``.

    Returns:
        the files there.
    """
    path = _find(name_or_path)
    numbers = target / (RUN_FILE if path.suffix == ".gz" else OLD_RUN_FILE)
    with _named(path):
        numbers.write_bytes(files.read(path, files.MOST_TEXT))
    copied = [numbers]
    for file, sha256 in _beside(path, run):
        with _named(file):
            files.copy(file, target / file.name, sha256)
        copied.append(target / file.name)
    for attack in attacks(name_or_path, run):
        save_attack(attack, target)
        copied += sorted(target.glob(f"{attack.FILE}[-.]*"))
    return copied


def final_model(name_or_path: str | Path, run: Run, most: int) -> bytes | None:
    """Return the safetensors file of a loaded record's last model, or None.

    It is None where there is no such file, or a larger one than ``most`` bytes.

    Raises:
        RecordError: as for ``verify``.
    """
    final = run.final
    if final is None or final.file is None or final.sha256 is None:
        return None
    file = _find(name_or_path).with_name(final.file)
    if not file.exists() or file.stat().st_size > most:
        return None
    with _named(file):
        content = files.read(file, most)
        files.check_hash(hashlib.sha256(content).hexdigest(), final.sha256)
    return content


def _beside(path: Path, run: Run) -> list[tuple[Path, str]]:
    """Return the files beside the JSON file of a record, each with the hash that it should have."""
    known = [part for part in (run.arrays, run.final) if part and part.file and part.sha256]
    named = [(path.with_name(part.file or ""), part.sha256 or "") for part in known]
    return [(file, sha256) for file, sha256 in named if file.exists() or file.is_symlink()]


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Name the file in the error of a file that is not a record's."""
    try:
        yield
    except files.FileError as error:
        raise RecordError(f"{file}: {error}. {_REMAKE}") from error


def computed(run: Run) -> dict[str, Any]:
    """Return all that a run computed as JSON would hold it: not the clocks, names and files."""
    plain_run = derived.stored(run)
    return plain_run.model_dump(mode="json", exclude_none=True, exclude=incidental(Run))


def fingerprint(run: Run) -> str:
    """Return the SHA-256 over all that a run computed, arrays included.

    Two runs of the same settings have the same one, on processors of the same kind.
    """
    content = json.dumps(computed(run), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a record's JSON."""
    return Run.model_json_schema()


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Collect no garbage: a large run is a million objects, and none of them is any."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _find(name_or_path: str | Path) -> Path:
    """Return the JSON file of a record."""
    path = Path(name_or_path)
    try:
        named = (file_of(folder) for folder in (path, *(place / path for place in places())))
        found = path if path.is_file() else next(filter(None, named), None)
    except OSError as error:
        raise RecordError(f"{name_or_path}: {error.strerror}. Check the path") from error
    if found is None:
        raise RecordError(_why_missing(name_or_path, path))
    return found


def _why_missing(name_or_path: str | Path, path: Path) -> str:
    """Say that no record is there, and what is there instead."""
    own = own_runs()
    if begun := interrupted.find(path, own) or interrupted.find(own / path, own):
        return str(begun)
    if path.is_dir() and any(path.iterdir()):
        listing = f"fl-sim list {shlex.quote(str(path))}" if inside(path) else "fl-sim list"
        what = "records inside" if inside(path) else "those that are known"
        return f"{name_or_path}: holds other files, and no {RUN_FILE}; list {what} with: {listing}"
    known = names()
    hint = did_you_mean(str(name_or_path), [*known, *_records_beside(path)], MOST_MEANT)
    others = " List all with: fl-sim list." if known else ""
    return (
        f"{name_or_path}: no {RUN_FILE} there, and no run of that name.{hint}{others} "
        f"Make one with: {_command(path)}"
    )


def _records_beside(path: Path) -> list[str]:
    """Return the paths of the records in the folder of a path that names a folder."""
    if len(path.parts) < 2:
        return []
    with suppress(OSError):
        return [str(other) for other in path.parent.iterdir() if file_of(other)]
    return []


def _command(path: Path) -> str:
    """Return the command that would leave a record where none was found."""
    folder = path.parent if path.name in {RUN_FILE, OLD_RUN_FILE} else path
    name = folder.name if NAME.fullmatch(folder.name) else "NAME"
    out = f" --out {shlex.quote(str(folder))}" if len(folder.parts) > 1 else ""
    return f"fl-sim run {name}{out}"


def _read(path: Path) -> dict[str, Any]:
    """Return the data in a JSON file; only its schema version is checked."""
    try:
        content = files.read(path, files.MOST_TEXT)
        if path.suffix == ".gz":
            content = text.unpack(content)
        else:
            text.check(text.memory(content), len(content))
        with _no_garbage():
            data = from_json(content, allow_inf_nan=True)
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: not readable as JSON ({error}). {_REMAKE}") from error
    if not isinstance(data, dict):
        raise RecordError(f"{path}: holds {type(data).__name__}, not an object. {_REMAKE}")
    _check_version(path, data.get("schema_version"))
    return data


def _check_version(path: Path, version: Any) -> None:
    found = reprlib.repr(version)
    if not isinstance(version, int) or isinstance(version, bool):
        raise RecordError(f"{path}: schema_version is {found}, not a number. {_REMAKE}")
    if version > SCHEMA_VERSION:
        raise RecordError(
            f"{path}: schema_version is {found}, this fedreel reads up to {SCHEMA_VERSION}. "
            "Upgrade with: pip install --upgrade fedreel"
        )
    if version < 1:
        raise RecordError(f"{path}: there is no schema_version {found}. {_REMAKE}")


def _read_arrays(path: Path, data: dict[str, Any]) -> tuple[arrays.Arrays, int]:
    """Return the arrays that a record names and the size of their file; none if it names none."""
    if not data.get("arrays"):
        return {}, 0
    if data["schema_version"] == 1 and isinstance(data["arrays"], dict):
        data["arrays"].pop("shapes", None)
    try:
        spec = ArrayFile.model_validate(data["arrays"])
    except ValidationError as error:
        raise RecordError(f"{path}: arrays.{first_line(error)}. {_REMAKE}") from error
    file = path.parent / spec.file
    try:
        return arrays.read(file, spec.sha256), file.stat().st_size
    except (OSError, files.FileError, arrays.ArraysError) as error:
        raise RecordError(
            f"{file}: not readable as arrays ({cut(str(error))}). {_REMAKE}"
        ) from error


def _spec(packed: bytes, prefix: str) -> ArrayFile:
    digest = hashlib.sha256(packed).hexdigest()
    return ArrayFile(file=f"{prefix}-{digest[:8]}.npz", sha256=digest)


def _refuse_nan(content: str) -> None:
    """Raise ValueError if JSON holds a number that is not finite."""
    if "NaN" in content or "Infinity" in content:
        json.loads(content, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"a run holds {constant}, and a record only finite numbers")
