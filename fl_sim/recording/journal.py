"""The journal of a run that is going on, so that a run that is killed can be resumed.

A folder with one line a round in ``journal.jsonl``, after a first line with what the run is; the
global model after each round; and the strategy's state. A round counts from the moment in which its
line is whole: all that it needs was written before.
"""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from fl_sim import record
from fl_sim.recording.models import MOST_MODELS
from fl_sim.recording.replies import Arrays

FILE = "journal.jsonl"
ORDER = "order"


class JournalError(Exception):
    """A journal that belongs to another run, or cannot be read."""


@dataclass(frozen=True)
class Past:
    """The rounds that have ended, each with the global model after it, as far as it is kept."""

    rounds: list[record.Round] = field(default_factory=list)
    models: Mapping[int, Arrays] = field(default_factory=dict)
    strategy: tuple[Arrays, dict[str, str]] = field(default_factory=lambda: ({}, {}))


class Journal:
    """The journal of one run.

    Args:
        folder: its own; it is made when the first line is written.
        identity: what the run is, as JSON can hold it. A journal of another one is not continued.
        started: when the run began, in ISO format; of a run that goes on, ``read`` sets it.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], started: str) -> None:
        self.folder = folder
        self.started = started
        self._identity = dict(identity)

    def read(self) -> Past:
        """Return what an earlier process left, nothing if there was none.

        Raises:
            JournalError: another run left it, or a round's files are damaged.
        """
        lines = _whole_lines(self.folder / FILE)
        if not lines:
            return Past()
        try:
            header = _header(lines[0])
            self._check(header)
            self.started = str(header["started"])
            known = self._arrays_of_rounds()
            rounds = [record.Round.model_validate_json(line, context=known) for line in lines[1:]]
            return self._past(rounds)
        except (OSError, ValueError, SafetensorError, KeyError) as error:
            raise JournalError(
                f"{self.folder} is damaged ({_first_line(error)}); begin anew with --force"
            ) from error

    def append(
        self, round_: record.Round, model: Arrays, strategy: tuple[Arrays, dict[str, str]]
    ) -> None:
        """Add a round that has ended, with the model and the strategy's state after it."""
        if round_.number == 0:
            self._begin()
        _write(self._model(round_.number), _packed(model, {}))
        _write(self._strategy(round_.number), _packed(*strategy))
        stored: dict[str, Any] = {}
        line = round_.model_dump_json(exclude_none=True, context=stored)
        if stored:
            _write(self.folder / f"arrays-{round_.number:04d}.safetensors", _packed(stored, {}))
        self._add_line(line)
        self._strategy(round_.number - 1).unlink(missing_ok=True)
        if round_.number > MOST_MODELS:
            # A longer path is not drawn: only the last model is needed, to go on from.
            self._model(round_.number - 1).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder: the run has ended, and its record is in place."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _check(self, header: Mapping[str, Any]) -> None:
        for key, value in self._identity.items():
            if header.get(key) != value:
                raise JournalError(
                    f"{self.folder} was left by a run with {_difference(key, header, value)}; go "
                    "on with the same settings and code, or begin anew with --force"
                )

    def _begin(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._add_line(json.dumps({**self._identity, "started": self.started}))

    def _add_line(self, line: str) -> None:
        path = self.folder / FILE
        whole = sum(len(each) + 1 for each in _whole_lines(path))
        with path.open("r+b" if path.exists() else "wb") as file:
            file.truncate(whole)  # an incomplete line, if a process was killed while it wrote
            file.seek(whole)
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _past(self, rounds: list[record.Round]) -> Past:
        if not rounds:
            return Past()
        numbers = [round_.number for round_ in rounds]
        if numbers != list(range(len(rounds))):
            raise ValueError(f"its rounds are {numbers}")
        models = {
            number: _unpacked(self._model(number))[0]
            for number in numbers
            if number < MOST_MODELS or number == numbers[-1]
        }
        return Past(rounds, models, _unpacked(self._strategy(numbers[-1])))

    def _arrays_of_rounds(self) -> Arrays:
        """Return the arrays that rounds hold, by their hash."""
        found: dict[str, Any] = {}
        for path in self.folder.glob("arrays-*.safetensors"):
            found |= _unpacked(path)[0]
        return found

    def _model(self, number: int) -> Path:
        return self.folder / f"model-{number:04d}.safetensors"

    def _strategy(self, number: int) -> Path:
        return self.folder / f"strategy-{number:04d}.safetensors"


def _header(line: bytes) -> dict[str, Any]:
    header = json.loads(line)
    if not isinstance(header, dict):
        raise ValueError("its first line is no object")
    return header


def _difference(key: str, header: Mapping[str, Any], value: Any) -> str:
    """Say in what an identity is another one: of settings, which of them."""
    before = header.get(key)
    if not isinstance(value, Mapping) or not isinstance(before, Mapping):
        return f"another {key}"
    names = sorted({*value, *before})
    name = next(name for name in names if before.get(name) != value.get(name))
    return f"{name} {before.get(name, 'unset')}, not {value.get(name, 'unset')}"


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "a round is not what it should be"
    return str(error).partition("\n")[0]


def _whole_lines(path: Path) -> list[bytes]:
    """Return the lines that were written to their end."""
    if not path.exists():
        return []
    return path.read_bytes().split(b"\n")[:-1]


def _packed(arrays: Arrays, header: Mapping[str, str]) -> bytes:
    """Return a file of arrays that keeps their order, by which some strategies know them."""
    # safetensors would write a view's memory, not its values.
    contiguous = {name: array.copy() for name, array in arrays.items()}
    return save(contiguous, {**header, ORDER: json.dumps(list(arrays))})


def _unpacked(path: Path) -> tuple[Arrays, dict[str, str]]:
    with safe_open(path, framework="np") as file:
        header = dict(file.metadata() or {})
        arrays = {name: file.get_tensor(name) for name in json.loads(header.pop(ORDER))}
    return arrays, header


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, so that it is there when a line says so."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    with suppress(OSError):  # not every system can do this to a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
