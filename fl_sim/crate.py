"""A record as an RO-Crate: a folder with its files, and what they are in words that archives know.

The crate follows the profile Process Run Crate: the run is an action of a program, with what went
in and what came out. All values are the record's.
"""

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from fl_sim import record
from fl_sim.wording import count

VERSION = "1.1"  # of RO-Crate, on which the profile is built
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
MEDIA = {".gz": "application/gzip", ".npz": "application/zip"}
BINARY = "application/octet-stream"


class CrateError(Exception):
    """A crate that cannot be made."""


def export(name_or_path: str, target: Path, license_url: str = "", author: str = "") -> list[Path]:
    """Write a record as an RO-Crate, and return the files of it.

    Args:
        name_or_path: of the record.
        target: the folder to make.
        license_url: of the licence of the record, if it has one.
        author: who made the run.

    Raises:
        CrateError: the folder is there.
        RecordError: the record cannot be used.
    """
    if target.exists():
        raise CrateError(f"{target} is there already; name a folder that is not")
    run = record.load(name_or_path)
    with TemporaryDirectory() as folder:
        files = record.copy(name_or_path, run, Path(folder))
        described(run, files, license_url, author).write(target)
    return sorted(file for file in target.rglob("*") if file.is_file())


def described(run: record.Run, files: Iterable[Path], license_url: str, author: str) -> Any:
    """Return the crate of a run and its files."""
    crate = ROCrate(version=VERSION)
    crate.name = f"{run.name}: federated learning with {run.strategy or 'an unknown strategy'}"
    crate.description = _description(run)
    ended = run.provenance.finished
    if ended:
        crate.datePublished = ended
    if license_url:
        crate.license = crate.add(_entity(crate, license_url, "CreativeWork", name="Licence"))
    action = _of_action(run)
    if author:
        crate.creator = crate.add(_entity(crate, "#author", "Person", name=author))
        action["agent"] = crate.creator
    profile = {"name": "Process Run Crate", "version": PROFILE.rpartition("/")[2]}
    crate.root_dataset["conformsTo"] = crate.add(_entity(crate, PROFILE, "CreativeWork", **profile))
    results = [crate.add_file(file, file.name, properties=_of_file(file)) for file in files]
    crate.root_dataset["mentions"] = crate.add_action(
        crate.add(_program(crate, run)),
        identifier="#run",
        object=list(_inputs(crate, run)),
        result=results,
        properties=action,
    )
    measured = list(_measured(crate, run))
    if measured:
        crate.root_dataset["variableMeasured"] = measured
    return crate


def _description(run: record.Run) -> str:
    rounds = count(len(run.rounds) - 1, "round")
    clients = count(run.num_clients, "client")
    return f"The record of a run of federated learning: {rounds}, {clients}."


def _entity(crate: Any, at: str, kind: str, **properties: Any) -> Any:
    return ContextEntity(crate, at, properties={"@type": kind, **properties})


def _of_file(file: Path) -> dict[str, str]:
    """Return the properties of a record's file."""
    kind = MEDIA.get(file.suffix, BINARY)
    return {"name": file.name, "encodingFormat": kind, "contentSize": str(file.stat().st_size)}


def _program(crate: Any, run: record.Run) -> Any:
    """Return the program that ran, with the packages that took part."""
    needed = [
        crate.add(
            _entity(crate, f"#{name}", "SoftwareApplication", name=name, softwareVersion=number)
        )
        for name, number in run.provenance.versions.items()
    ]
    about: dict[str, Any] = {"name": "the app that trained"}
    if run.provenance.code_hash:
        about["identifier"] = f"sha256:{run.provenance.code_hash}"
    if needed:
        about["softwareRequirements"] = needed
    return _entity(crate, "#app", "SoftwareApplication", **about)


def _inputs(crate: Any, run: record.Run) -> Iterator[Any]:
    """Yield what went in: the data set, and each setting."""
    if run.dataset:
        about = {"name": run.dataset.name}
        if run.dataset.fingerprint:
            about["identifier"] = f"sha256:{run.dataset.fingerprint}"
        yield crate.add(_entity(crate, "#dataset", "Dataset", **about))
    for key, value in run.config.items():
        yield crate.add(_value(crate, f"#setting-{key}", key, value))


def _measured(crate: Any, run: record.Run) -> Iterator[Any]:
    """Yield what the saved model reached on the test data."""
    test = run.final.test if run.final else None
    for name, value in test.model_dump(exclude_none=True).items() if test else ():
        if isinstance(value, float):
            yield crate.add(_value(crate, f"#final-{name}", f"final test {name}", value))


def _value(crate: Any, at: str, name: str, value: Any) -> Any:
    return _entity(crate, at, "PropertyValue", name=name, value=value)


def _of_action(run: record.Run) -> dict[str, Any]:
    """Return when the run began and ended."""
    about: dict[str, Any] = {
        "name": f"the run {run.name}",
        "description": f"Packed by fedreel {version('fedreel')}",
    }
    times = {"startTime": run.provenance.started, "endTime": run.provenance.finished}
    return about | {key: time.isoformat() for key, time in times.items() if time}
