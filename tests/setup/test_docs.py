"""README, CONTRIBUTING and the pages in docs: their commands, links and tables are right."""

import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import nbformat
import pytest
from babel import Locale

from fl_sim.cli import cli as fl_sim
from scenes import FILM
from scenes.check.rules import all_rules
from scenes.cli import cli as fedreel
from scenes.text.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FILM_PAGE = ROOT / "docs" / "film.md"
PROGRAMS: dict[str, click.Group] = {"fedreel": fedreel, "fl-sim": fl_sim}
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the commands of a page as lists of words, without the variables set for them."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            del words[0]
        if words:
            yield words


def check_options(program: click.Group, words: list[str]) -> None:
    """Check a command's name, options and choices; nothing is run.

    Raises:
        click.UsageError: the program would refuse them.
    """
    context = program.make_context(program.name, words, resilient_parsing=True)
    name, command, rest = program.resolve_command(context, words)
    if command is None:
        raise click.UsageError(f"{program.name} has no command {words[0]!r}")
    command.make_context(name, rest, parent=click.Context(program))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_says_to_type_is_understood(
    page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").touch()  # a file that a page says to make first
    for first, *words in commands(page):
        name = Path(first).name
        if name in PROGRAMS:
            check_options(PROGRAMS[name], words)
        elif name == "make":
            assert {word for word in words if "=" not in word} <= TARGETS
        elif name == "manim":
            file, scene = words[-2:]
            assert f"class {scene}(" in (ROOT / file).read_text("utf-8")


def test_what_the_recording_notebook_types_is_understood() -> None:
    book = nbformat.read(ROOT / "examples" / "record.ipynb", nbformat.NO_CONVERT)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    typed = [cell.source.splitlines()[1] for cell in code if cell.source.startswith("%%sh")]
    for first, *words in map(shlex.split, typed):
        check_options(PROGRAMS[first], words)
    (run, film) = map(shlex.split, typed)
    assert run[run.index("--out") + 1] == film[film.index("--run") + 1] == "runs/mine"


# What an app of Flower's has, whose code the pages change.
APP = """
import numpy as np
from flwr.app import Context, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg
app = APP()
load_labels = {0: [1, 2, 2]}.__getitem__
"""


def blocks(page: str) -> list[str]:
    """Return the blocks of Python of a page."""
    return re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.M | re.S)


def test_what_a_page_says_to_write_can_be_run(tmp_path: Path) -> None:
    record = tmp_path / "record"
    for page in ("docs/scenes.md", "docs/runs.md", "docs/privacy.md"):
        assert blocks(page)
        for code in blocks(page):
            app = "ServerApp" if "@app.main" in code else "ClientApp"
            written = code.replace("/absolute/path/of/the/record", str(record))
            names: dict[str, Any] = {}
            exec(APP.replace("APP()", f"{app}()") + written, names)
            if "label_counts" in names:
                context = names["Context"](1, 1, {"partition-id": 0}, names["RecordDict"](), {})
                assert names["label_counts"](context) == [0, 1, 2, *[0] * 7]
            if "strategy" in names:
                assert isinstance(names["strategy"], names["FedAvg"].__mro__[1])


def test_an_option_that_is_not_there_is_found() -> None:
    with pytest.raises(click.UsageError, match="--shapes"):
        check_options(fedreel, ["film", "--shapes", "9:16"])
    with pytest.raises(click.UsageError, match="8:16"):
        check_options(fedreel, ["film", "--shape", "8:16"])
    with pytest.raises(click.UsageError, match="flim"):
        check_options(fedreel, ["flim"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.fixture(scope="module")
def site() -> dict[str, Any]:
    """Return what the script that makes the site's pages defines."""
    return runpy.run_path(str(ROOT / ".ci" / "docs"))


def test_pages_are_written_from_the_code(site: dict[str, Any]) -> None:
    fields = site["schema_page"]()
    assert "| `weight` | number | n_k / n, the share in the average |" in fields
    assert "| `rounds` | list of [Round](#round) |  |" in fields
    rules = site["rules_page"]()
    assert "## Safe area\n\nText stays in the safe area: 5% margins;" in rules
    assert rules.count("\n## ") == len(all_rules())


def test_every_extra_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = (ROOT / "docs" / "install.md").read_text("utf-8")
    listed = {name for row in re.findall(r"^\| (`.*?) \|", page, re.M) for name in row.split("`")}
    assert project["optional-dependencies"].keys() - {"dev"} <= listed


def test_every_page_is_in_the_site(site: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]
    listed = {path for entry in project["nav"] for path in entry.values()}
    assert {page.relative_to(ROOT).as_posix() for page in PAGES} <= listed
    assert all((ROOT / path).is_file() for path in listed - site["WRITTEN"].keys())
    assert site["WRITTEN"].keys() < listed


def test_every_page_is_linked_from_the_readme() -> None:
    readme = PAGES[0].read_text("utf-8")
    assert not [page.name for page in PAGES[2:] if f"docs/{page.name}" not in readme]


@pytest.mark.parametrize("page", [PAGES[0], FILM_PAGE], ids=lambda page: page.name)
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_is_named_where_a_reader_looks(page: Path, code: str) -> None:
    english_name = Locale.parse(code).english_name
    assert english_name in page.read_text("utf-8"), f"{page.name} does not name {english_name}"


def test_the_variables_values_are_the_tables() -> None:
    (row,) = re.findall(r"^\| `FEDREEL_LANGUAGE` \| (.*) \|$", FILM_PAGE.read_text("utf-8"), re.M)
    assert re.findall(r"\b[a-z]{2}\b(?<!or)", row) == list(LANGUAGES)


def chapter_table() -> str:
    """Return the table of the film's chapters."""
    rows = [f"| `{one.name}` | {one.about} | {_runs(one.runs)} |" for one in FILM]
    return "\n".join(["| chapter | what it shows | runs |", "|---|---|---|", *rows])


def _runs(names: tuple[str, ...]) -> str:
    """Return names of runs; the repeats of a run with other seeds have one name."""
    if names == FILM[-1].runs:
        return "all of these"
    first = dict.fromkeys(re.sub(r"-s\d$", "", name) for name in names)
    seeds = "; several seeds" if len(first) < len(names) else ""
    return ", ".join(f"`{name}`" for name in first) + seeds


def test_the_table_of_chapters_is_the_films(remake: bool) -> None:
    text = FILM_PAGE.read_text("utf-8")
    marked = re.compile(r"(<!-- chapters: .*? -->\n).*?(<!-- end -->)", re.S)
    wanted = marked.sub(lambda found: f"{found[1]}{chapter_table()}\n{found[2]}", text)
    if remake:
        FILM_PAGE.write_text(wanted, "utf-8")
    assert FILM_PAGE.read_text("utf-8") == wanted, "write it anew with: make snapshots"
