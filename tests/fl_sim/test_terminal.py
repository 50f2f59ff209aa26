"""What leaves for the terminal is safe, in one line, and whole where it is piped."""

import errno
import json
import os
import shlex
import sys
from io import StringIO
from pathlib import Path

import pytest
from processes import run
from rich.console import Console
from tiny_record import tiny_run

from fl_sim import record, terminal

EVIL = "a\x1b[31mb\x07c\x9bd\u202ee\rf\ng\tg\udcff"
SAFE = "a?[31mb?c?d?e?f g?g?"
NUMBER = "1\u202f000\u00a0%"  # French


def test_what_moves_the_cursor_is_a_question_mark() -> None:
    assert terminal.safe(EVIL) == SAFE
    assert terminal.safe(NUMBER) == NUMBER


def test_json_keeps_its_meaning_without_control_characters() -> None:
    value = {EVIL.rstrip("\udcff"): [NUMBER, "\U000e0001"]}
    text = terminal.escaped(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(text) == value
    assert all(c.isprintable() or c in "\n\u202f\u00a0" for c in text)


def test_a_long_error_keeps_its_end() -> None:
    text = terminal.one_line(ValueError("x" * 9000 + "\n  Choose another name"))
    assert len(text) == 1205
    assert text.startswith("xxx")
    assert text.endswith("xxx Choose another name")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "a\x1bb.mp4"),
            "a?b.mp4: no space left on device. Free some space on the disk, and run the command "
            "again",
        ),
        (
            OSError(errno.EMFILE, "Too many open files"),
            "too many open files. Allow more open files with: ulimit -n 1024",
        ),
        (
            OSError(errno.EXDEV, "Invalid cross-device link", b"x"),
            "x: invalid cross-device link. Check the disk and the path, and run the command again",
        ),
        (OSError("no number"), "no number"),
    ],
)
def test_an_error_of_the_system_says_what_to_do(error: OSError, line: str) -> None:
    assert terminal.one_line(error) == line


def shown(monkeypatch: pytest.MonkeyPatch, width: int, is_terminal: bool) -> list[str]:
    """Return the lines of a table on a terminal so wide, or in a pipe."""
    out = StringIO()
    monkeypatch.setattr(
        terminal,
        "console",
        lambda: Console(file=out, width=width, force_terminal=is_terminal, no_color=True),
    )
    terminal.table(("text", "source"), [("0123456789" * 3, "[b]\tx"), ("y", EVIL)])
    return out.getvalue().splitlines()


def test_a_table_is_folded_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, 24, is_terminal=True)
    assert all(len(line) <= 24 for line in lines if "\x1b" not in line)
    texts = "".join(line.split("│")[1].strip() for line in lines if line.startswith("│"))
    assert texts == "0123456789" * 3 + "y"
    assert "…" not in "".join(lines)


def test_a_table_is_a_line_a_row_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(monkeypatch, 24, is_terminal=False)
    assert capsys.readouterr().out.splitlines() == [
        "text\tsource",
        f"{'0123456789' * 3}\t[b]?x",
        f"y\t{SAFE}",
    ]


@pytest.mark.parametrize("forced", ["", "1"])
def test_what_is_piped_is_as_wide_as_needed(
    forced: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", forced)
    assert not terminal.console(err=True).is_terminal
    terminal.console().print("x" * 5000)
    assert capsys.readouterr().out == "x" * 5000 + "\n"


@pytest.mark.parametrize("command", [["check"], ["show"], ["show", "--json"], ["diff"], ["list"]])
def test_a_record_cannot_escape_to_the_terminal(command: list[str], tmp_path: Path) -> None:
    evil = "a\x1b[31m\x9bb\u202e"
    strange = tiny_run().model_copy(
        update={"name": evil, "strategy": evil, "config": {evil: evil}, "dataset": None}
    )
    runs = tmp_path / "runs"
    record.save(strange, runs / "evil")
    words = {"list": [], "diff": [runs / "evil", "reference"]}.get(command[0], [runs / "evil"])
    done = run(sys.executable, "-P", "-m", "fl_sim.cli", *command, *words)
    assert done.returncode == int(command[0] == "diff"), done.stderr
    assert done.stdout
    said = done.stdout + done.stderr
    assert not [c for c in said if not (c.isprintable() or c == "\n")]


def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    command = shlex.join([sys.executable, "-P", "-m", "fl_sim.cli", "schema"])
    # Nobody reads, and the text is longer than a pipe.
    script = f"{{ {command}; echo $? > status; }} | true"
    done = run("sh", "-c", script, cwd=tmp_path)
    assert done.stderr == ""
    assert (tmp_path / "status").read_text() == "141\n"


@pytest.mark.parametrize("err", [False, True])
def test_a_closed_stream_is_no_terminal(monkeypatch: pytest.MonkeyPatch, err: bool) -> None:
    monkeypatch.setattr(sys, "stderr" if err else "stdout", None)
    assert not terminal.console(err).is_terminal
    terminal.console(err).print("nobody reads this")
    terminal.table(["a"], [["b"]])


def test_an_output_of_ascii_has_everything(tmp_path: Path) -> None:
    record.save(tiny_run().model_copy(update={"strategy": "Ärger"}), tmp_path / "one")
    variables = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run(sys.executable, "-P", "-m", "fl_sim.cli", "show", tmp_path / "one", env=variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\xc4rger" in done.stdout
