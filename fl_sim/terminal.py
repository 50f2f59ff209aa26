"""The terminal: everything that both programs print leaves here, safe to show and to pipe.

Records, paths and errors may hold anything. What would move the cursor or change a colour is
replaced, and a long line loses its middle, so that what to do next is still read.
"""

# ruff: noqa: PLC0415  # rich is imported where a table is drawn, so that help is fast

import errno
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from fl_sim.wording import did_you_mean

if TYPE_CHECKING:
    from rich.console import Console

MOST = 1200  # characters of an error
KEPT_END = 500  # of them at the end
AS_WIDE_AS_NEEDED = 1_000_000  # columns
READER_GONE = 128 + 13  # exit status of a program that was ended by SIGPIPE

# What to do next, by the number of an error of the operating system.
ADVICE = {
    errno.ENOSPC: "Free some space on the disk, and run the command again",
    errno.EDQUOT: "Free some space on the disk, and run the command again",
    errno.EFBIG: "Allow larger files with: ulimit -f unlimited",
    errno.EMFILE: "Allow more open files with: ulimit -n 1024",
    errno.ENFILE: "Close other programs, and run the command again",
    errno.ENOMEM: "Close other programs, and run the command again",
    errno.EAGAIN: "Close other programs, and run the command again",
    errno.EACCES: "Change its permissions, or name another place",
    errno.EPERM: "Change its permissions, or name another place",
    errno.EROFS: "Name another place",
    errno.ENOENT: "Check the path, and run the command again",
    errno.ENOTDIR: "A part of its path is a file; name another place",
    errno.EISDIR: "It is a folder; name a file",
    errno.EEXIST: "Remove or rename it",
    errno.ENAMETOOLONG: "Choose a shorter name",
}
ANYTHING_ELSE = "Check the disk and the path, and run the command again"


def safe(text: str) -> str:
    """Return text in one line, with a question mark for each character that is not printable.

    Spaces of any width are kept, since numbers have them in some languages.
    """
    return "".join(c if _is_shown(c) else " " if c == "\n" else "?" for c in text)


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def escaped(json_text: str) -> str:
    """Return a JSON text with an escape for each character in it that is not printable."""
    return "".join(c if _is_shown(c) or c == "\n" else _escape(c) for c in json_text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def one_line(error: BaseException | str) -> str:
    """Return an error's text in one safe line that is not too long."""
    if isinstance(error, OSError) and error.strerror:
        error = _of_system(error)
    text = safe(" ".join(str(error).split()))
    if len(text) <= MOST:
        return text
    return f"{text[: MOST - KEPT_END]} ... {text[-KEPT_END:]}"


def _of_system(error: OSError) -> str:
    """Return the text of an error of the operating system: the file, what is wrong, what to do."""
    name = error.filename2 or error.filename  # what is written or moved goes to the second
    place = f"{os.fsdecode(name)}: " if isinstance(name, str | bytes) else ""
    advice = ADVICE.get(error.errno or 0, ANYTHING_ELSE)
    return f"{place}{str(error.strerror).lower()}. {advice}"


def say(text: str, err: bool = False) -> None:
    """Print one safe line."""
    click.echo(safe(text), err=err)


def console(err: bool = False) -> "Console":
    """Return what prints tables: as wide as the terminal or, into a pipe or file, as is needed.

    A pipe is no terminal, whatever ``FORCE_COLOR`` says, which notebooks set; nor is a stream that
    is closed.
    """
    from rich.console import Console

    stream = sys.stderr if err else sys.stdout
    if stream is not None and stream.isatty():
        return Console(stderr=err)
    return Console(stderr=err, width=AS_WIDE_AS_NEEDED, force_terminal=False)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: folded to the terminal or, into a pipe or file, a line a row, with tabs."""
    from rich.table import Table
    from rich.text import Text

    shown = console()
    if not shown.is_terminal:
        for row in (headers, *rows):
            click.echo("\t".join(map(safe, row)))
        return
    drawn = Table()
    for header in headers:
        drawn.add_column(header, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(safe(cell)) for cell in row))
    shown.print(drawn)


class Choice(click.Choice[str]):
    """A choice of words that asks for the most similar one."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return what is said of another word."""
        known = [str(choice) for choice in self.choices]
        return f"{super().get_invalid_choice_message(value, ctx)}{did_you_mean(str(value), known)}"


@contextmanager
def usage(program: str) -> Iterator[None]:
    """Print a wrong option or argument of a program in one line, and end it with status 2."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        asks = f"{context.command_path if context else program} --help"
        said = _elsewhere(error) or error.format_message()
        say(f"{program}: {one_line(f'{said} See: {asks}')}", err=True)
        sys.exit(2)


def _elsewhere(error: click.ClickException) -> str:
    """Return which other commands have an option that a command lacks; nothing if none has."""
    if not isinstance(error, click.NoSuchOption) or not error.ctx or not error.ctx.parent:
        return ""
    parent = error.ctx.parent
    commands = getattr(parent.command, "commands", {})
    owners = [
        f"{parent.command_path} {name}"
        for name, command in commands.items()
        if any(error.option_name in option.opts for option in command.params)
    ]
    return f"No such option '{error.option_name}'. Of: {', '.join(owners)}." if owners else ""


@contextmanager
def streams() -> Iterator[None]:
    """Let a program print what its terminal cannot show, and end it if nobody reads its output."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    before = sys.stdout
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _end_without_reader(before)
    except SystemExit as error:
        # Click and rich end a program with status 1 then; click replaces the stream as well.
        if sys.stdout is before and not isinstance(error.__context__, BrokenPipeError):
            raise
        _end_without_reader(before)


def _end_without_reader(stdout: TextIO) -> NoReturn:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stdout.fileno())  # Python flushes once more at its end
    sys.exit(READER_GONE)
