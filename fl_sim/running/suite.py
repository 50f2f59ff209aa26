"""``fl-sim suite``: the list of runs that come with the project, and how they are made."""

import sys
import tomllib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fl_sim import record
from fl_sim.app.provenance import code_hash
from fl_sim.app.settings import (
    SettingError,
    Settings,
    Value,
    as_text,
    defaults,
    override,
    used,
)
from fl_sim.running import jobs
from fl_sim.running.attacks import Planned, is_whole, planned
from fl_sim.running.flower import ended_by_sigterm
from fl_sim.running.launch import PROCESS
from fl_sim.running.run_folder import RunFolder
from fl_sim.terminal import console, safe
from fl_sim.wording import MOST_MEANT, did_you_mean, percent

FILE = record.RUNS / "suite.toml"
LIKE = "like"  # names the run whose changes a run has as well
ATTACKS = "attacks"  # lists what is attacked of a run, in the words after `fl-sim attack`
ABSENT = "-"
SHOWN = 4  # settings that differ

State = Literal["there", "missing", "stale"]


class SuiteError(Exception):
    """A list of runs that cannot be used, or a name that is not in it."""


@dataclass(frozen=True)
class Entry:
    """A run of the list: its name, what it changes of the defaults, what comes of that, attacks."""

    name: str
    changes: Mapping[str, Value]
    config: Mapping[str, Value]
    attacks: tuple[Planned, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How an entry's record, or an attack on it, stands; ``why`` says why it is stale."""

    state: State
    why: str = ""
    run: record.Run | None = None


# --- the list


def read(file: Path) -> dict[str, Entry]:
    """Read a list of runs, in its order.

    Raises:
        SuiteError: it is not readable, or a run has an unknown setting or value, or is like one
            that does not come before it.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SuiteError(f"{file}: not readable: {error}") from error
    entries: dict[str, Entry] = {}
    for name, table in tables.items():
        try:
            entries[name] = _entry(name, table, entries)
        except SettingError as error:
            raise SuiteError(f"{file}: {name}: {error}") from error
    return entries


def _entry(name: str, table: Any, before: Mapping[str, Entry]) -> Entry:
    if not isinstance(table, dict):
        raise SettingError("it is no table of settings")
    changes = dict(table)
    attacks = planned(changes.pop(ATTACKS, []))
    if (model := changes.pop(LIKE, None)) is not None:
        if model not in before:
            raise SettingError(f"it is like {model!r}, but no run of that name stands above it")
        changes = {**before[model].changes, **changes}
    config = override(defaults(), assignments(changes))
    Settings.of(config)
    return Entry(name, changes, config, attacks)


def assignments(changes: Mapping[str, Value]) -> list[str]:
    """Return changes as ``fl-sim run --set`` takes them."""
    return [f"{key}={as_text(value)}" for key, value in changes.items()]


def choose(entries: Mapping[str, Entry], names: Iterable[str]) -> list[Entry]:
    """Return the entries of these names, all if there are none, in the order of the list.

    Raises:
        SuiteError: a name is not in the list.
    """
    wanted = set(names) or set(entries)
    for name in sorted(wanted - set(entries)):
        hint = did_you_mean(name, entries, MOST_MEANT)
        raise SuiteError(
            f"there is no run {name!r} in the suite.{hint} List all with: fl-sim suite --list"
        )
    return [entry for name, entry in entries.items() if name in wanted]


# --- what is there


def inspect(entry: Entry, runs: Path) -> Standing:
    """Return how an entry's record in the folder ``runs`` stands."""
    folder = runs / entry.name
    if record.file_of(folder) is None:
        return Standing("missing")
    try:
        found = record.load(folder)
    except record.RecordError as error:
        return Standing("stale", str(error))
    if other := _differing(entry.config, found.config):
        return Standing("stale", f"made with another {_listed(other)}", found)
    if found.provenance.code_hash != code_hash(Settings.of(entry.config)):
        return Standing("stale", "made by other code", found)
    return Standing("there", run=found)


def inspect_attack(attack: Planned, entry: Entry, runs: Path) -> Standing:
    """Return how an attack on an entry's record stands, which is there."""
    folder = runs / entry.name
    try:
        found = record.load_attack(folder, record.load(folder), attack.kind)
    except record.RecordError as error:
        return Standing("stale", str(error))
    if found is None:
        return Standing("missing")
    if not attack.found(found):
        return Standing("stale", "made with other options")
    return Standing("there" if is_whole(found) else "missing")


def _differing(wanted: Mapping[str, Value], found: Mapping[str, Value]) -> list[str]:
    ours, theirs = used(wanted), used(found)
    return [key for key in dict.fromkeys([*ours, *theirs]) if ours.get(key) != theirs.get(key)]


def _listed(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    return ", ".join(keys[:SHOWN]) + more


# --- making


def bring_about(
    entries: Sequence[Entry],
    runs: Path,
    data: Path | None,
    at_a_time: int = 1,
    force: bool = False,
    on: str = PROCESS,
) -> bool:
    """Make the runs that are missing, and with ``force`` the stale ones; print how all stand.

    Then attacks on those that are there are made in the same way; those on a record go with it. A
    run that was interrupted goes on, with ``force`` it begins anew.

    Args:
        entries: the runs.
        runs: folder in which each has a folder of its name.
        data: folder of the dataset; without one it is downloaded.
        at_a_time: how many are made at a time.
        force: make those anew that are there with other settings, by other code, or unreadable.
        on: where they train, as for ``launch.run``.

    Returns:
        whether all are there now.

    Raises:
        KeyboardInterrupt: Ctrl-C. What was made by then stays, and is in the table.
    """
    missing = wanted(entries, runs, force)
    ended: dict[str, jobs.Ended] = {}
    try:
        with ended_by_sigterm():
            with closing(make(missing, runs, data, at_a_time, force, on)) as made:
                ended.update((job.name, job) for job in made)
            commands = dict(_attack_commands(entries, runs, data, _made(force)))
            with closing(_run(commands, at_a_time, "attacks")) as made:
                ended.update((job.name, job) for job in made)
    finally:
        complete = show(entries, runs, ended)
    return complete


def wanted(entries: Iterable[Entry], runs: Path, force: bool = False) -> list[Entry]:
    """Return the entries whose runs are missing in a folder, or with ``force`` stale."""
    return [entry for entry in entries if inspect(entry, runs).state in _made(force)]


def stale(entries: Iterable[Entry], runs: Path) -> list[Entry]:
    """Return the entries whose runs are there with other settings, or made by other code."""
    return [entry for entry in entries if inspect(entry, runs).state == "stale"]


def _made(force: bool) -> tuple[State, ...]:
    """Return how a run stands that is made."""
    return ("missing", "stale") if force else ("missing",)


def make(
    entries: Sequence[Entry],
    runs: Path,
    data: Path | None,
    at_a_time: int = 1,
    force: bool = False,
    on: str = PROCESS,
) -> Generator[jobs.Ended]:
    """Make runs, in place of those that are there; yield each as it ends.

    Arguments are those of ``bring_about``.
    """
    commands = {one.name: _command(one, runs / one.name, data, force, on) for one in entries}
    yield from _run(commands, at_a_time, "runs")


def _run(commands: Mapping[str, Sequence[str]], at_a_time: int, noun: str) -> Generator[jobs.Ended]:
    """Run commands by name with a bar, and a line for each that ends; yield each as it ends."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    shown = console(err=True)
    with (
        closing(jobs.run(commands, at_a_time)) as ended,
        Progress(
            *columns,
            TimeElapsedColumn(),
            console=shown,
            transient=True,
            disable=not shown.is_terminal,
        ) as progress,
    ):
        task = progress.add_task(noun, total=len(commands))
        for job in ended:
            said = f"{job.name}: {reason(job) or 'made'} ({job.seconds:.0f} s)"
            shown.print(Text(safe(said)), soft_wrap=True)
            progress.advance(task)
            yield job


def _command(entry: Entry, folder: Path, data: Path | None, force: bool, on: str) -> list[str]:
    run = [sys.executable, "-m", "fl_sim.cli", "run", entry.name, "--out", str(folder)]
    run += ["--on", on] if on != PROCESS else []
    if not force and _is_interrupted(entry, folder):
        return [*run, "--resume"]
    options = [("--set", assignment) for assignment in assignments(entry.changes)]
    if data is not None:
        options.append(("--data", str(data)))
    # What is there and is to be kept has been left out before.
    return [*run, "--force", *(word for option in options for word in option)]


def _attack_commands(
    entries: Sequence[Entry], runs: Path, data: Path | None, made: Sequence[State]
) -> Iterator[tuple[str, list[str]]]:
    """Give the commands of attacks that are to be made on records that are there."""
    options = [] if data is None else ["--data", str(data)]
    for entry in entries:
        folder = runs / entry.name
        for attack in entry.attacks if inspect(entry, runs).state == "there" else ():
            state = inspect_attack(attack, entry, runs).state
            if state in made:
                anew = ["--force"] if state == "stale" and attack.goes_on else []
                words = ["attack", attack.name, str(folder), *attack.options, *anew, *options]
                yield _named(attack, entry), [sys.executable, "-m", "fl_sim.cli", *words]


def _named(attack: Planned, entry: Entry) -> str:
    return f"attack {attack.name} on {entry.name}"


def _is_interrupted(entry: Entry, folder: Path) -> bool:
    run_folder = RunFolder(folder.absolute())
    if run_folder.rounds_done() is None:
        return False
    return not _differing(entry.config, run_folder.config())


def reason(job: jobs.Ended) -> str:
    """Return why a run was not made, in a line; nothing where it was."""
    if job.status == 0:
        return ""
    lines = [line for line in job.said.splitlines() if line.strip()]
    last = lines[-1].strip() if lines else f"exit status {job.status}"
    return f"failed: {last.removeprefix('fl-sim: ')}"


# --- the table


def show(entries: Iterable[Entry], runs: Path, ended: Mapping[str, jobs.Ended]) -> bool:
    """Print how each run stands, after ``ended`` were made; return whether all are there."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    for name in ("run", "rounds", "accuracy", *(("seconds",) if ended else ())):
        table.add_column(name, justify="left" if name == "run" else "right")
    table.add_column("state", overflow="fold")
    complete = True
    for entry in entries:
        standing = inspect(entry, runs)
        rows = [(entry.name, *_results(standing.run), standing)]
        if standing.state == "there":
            for attack in entry.attacks:
                found = inspect_attack(attack, entry, runs)
                rows.append((_named(attack, entry), ABSENT, ABSENT, found))
        for name, *results, each in rows:
            job = ended.get(name)
            complete &= each.state == "there"
            seconds = (f"{job.seconds:.0f}" if job else ABSENT,) if ended else ()
            table.add_row(name, *results, *seconds, _state(each, job))
    console().print(table)
    return complete


def _results(run: record.Run | None) -> tuple[str, str]:
    if run is None:
        return ABSENT, ABSENT
    last = run.rounds[-1].central
    accuracy = last.accuracy if last else None
    return str(len(run.rounds) - 1), ABSENT if accuracy is None else percent(accuracy)


def _state(standing: Standing, job: jobs.Ended | None) -> Text:
    if job is not None:
        return Text(safe(reason(job) or "made"))
    state = "up to date" if standing.state == "there" else standing.state
    return Text(safe(f"{state}: {standing.why}") if standing.why else state)
