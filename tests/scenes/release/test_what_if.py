"""The grid of runs on the page: each point is a run that was recorded, and the rest is missing."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import Opened, visited
from hand import hand_run
from playwright.sync_api import Browser
from served import served
from short_page import written
from visits import NARROW, WIDE

from fl_sim import grid as grids
from fl_sim import record
from fl_sim.grid import Axis, Choice, Grid, GridError, Point
from scenes.release.page.what_if import WhatIf, axis_name, choice_names, files, runs_data
from scenes.release.plan import Request
from scenes.render.store import Store
from scenes.text.languages import LANGUAGES

pytestmark = pytest.mark.xdist_group("release")

SKEWED = Choice({"partitioning": "dirichlet", "dirichlet-alpha": 0.25})
GRID = Grid(
    [
        Axis("partitioning", [Choice({"partitioning": "iid"}), SKEWED]),
        Axis("local-epochs", [Choice({"local-epochs": number}) for number in (1, 2, 5)]),
        Axis("seed", [Choice({"seed": 1}), Choice({"seed": 2})]),
    ],
    {"num-server-rounds": 2},
)
MISSING = "These settings were not run together, so nothing is shown."


def accuracy(point: Point) -> float:
    """Return the last accuracy of a point's run: no two are alike."""
    skew, epochs, seed = point.at
    return 0.5 - 0.25 * skew + 0.0625 * epochs + 0.03125 * seed


def keep(folder: Path, point: Point) -> None:
    """Save the record of a point: of two rounds, with an accuracy that is known."""
    run = hand_run()
    rounds = [
        round_.model_copy(update={"central": record.Metrics(loss=1.0, accuracy=value)})
        for round_, value in zip(run.rounds, (0.125, 0.25, accuracy(point)), strict=True)
    ]
    update = {"name": point.name, "config": dict(point.changes), "rounds": tuple(rounds)}
    seeded = run.provenance.model_copy(update={"seed": point.changes["seed"]})
    record.save(run.model_copy(update={**update, "provenance": seeded}), folder / point.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a grid of which two seeds of one point, and one of another, were not run."""
    folder = tmp_path_factory.mktemp("grids") / "mine"
    folder.mkdir()
    (folder / grids.FILE).write_text(GRID.as_toml())
    for point in GRID.points():
        if point.name not in {"dirichlet-0-25_5_1", "dirichlet-0-25_5_2", "iid_5_2"}:
            keep(folder, point)
    return folder


@pytest.fixture(scope="module")
def site(folder: Path, store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a run, with the grid."""
    out = tmp_path_factory.mktemp("what-if") / "site"
    files = written("reference", out, store, grid=str(folder))
    assert len(files) == len(set(files))
    assert all((out / name).is_file() for name in files)
    return out


@pytest.fixture(scope="module")
def at(site: Path) -> Iterator[str]:
    """Return the address of the page."""
    with served(site) as address:
        yield address


def data(folder: Path, code: str = "en") -> dict[str, Any]:
    return runs_data(WhatIf.of(str(folder)), LANGUAGES[code])


def test_each_run_is_where_its_settings_are_and_what_was_not_run_is_nowhere(folder: Path) -> None:
    runs = data(folder)["runs"]
    assert {place: [run["seed"] for run in found] for place, found in runs.items()} == {
        "0,0": [1, 2], "0,1": [1, 2], "0,2": [1], "1,0": [1, 2], "1,1": [1, 2],
    }  # fmt: skip
    second = runs["1,1"][1]
    assert second == {
        "name": "dirichlet-0-25_2_2",
        "file": "grid/dirichlet-0-25_2_2/run.json.gz",
        "seed": 2,
        "fingerprint": record.fingerprint(record.load(folder / "dirichlet-0-25_2_2")),
        "accuracy": [0.125, 0.25, 0.34375],
    }
    assert [point.name for point in WhatIf.of(str(folder)).missing] == [
        "iid_5_2", "dirichlet-0-25_5_1", "dirichlet-0-25_5_2",
    ]  # fmt: skip


def test_axes_and_choices_have_names_in_each_language(folder: Path) -> None:
    axes = data(folder)["axes"]
    assert [(one["choices"], one["slides"]) for one in axes] == [
        (["alike for all", "skewed, alpha 0.25"], False),
        (["1", "2", "5"], True),
    ]
    german = data(folder, "de")["axes"]
    assert german[0]["choices"] == ["bei allen gleichartig", "schief verteilt, Alpha 0,25"]
    assert axis_name("eta", LANGUAGES["fr"]) == "eta"


def test_choices_are_called_by_what_the_runs_did(tmp_path: Path) -> None:
    shares = Axis("fraction-train", [Choice({"fraction-train": part}) for part in (0.5, 1.0)])
    names = [Choice({"strategy": "fedavg"}), Choice({"strategy": "fedyogi", "eta": 0.1})]
    grid = Grid([shares, Axis("strategy", names), Axis("eta", [Choice({"eta": 0.5})])])
    found = [(point, hand_run(workers=4, picked=2 + 2 * point.at[0])) for point in grid.points()]
    what_if = WhatIf(tmp_path, grid, found)
    assert choice_names(what_if, 0, LANGUAGES["en"]) == ["2 of 4 workers", "4 of 4 workers"]
    assert choice_names(what_if, 1, LANGUAGES["en"]) == ["FedAvg", "fedyogi:eta=0.1"]
    assert choice_names(what_if, 2, LANGUAGES["es"]) == ["0,5"]
    nothing = WhatIf(tmp_path, grid, [])
    assert choice_names(nothing, 0, LANGUAGES["en"]) == ["0.5", "1"]
    assert choice_names(nothing, 1, LANGUAGES["en"])[0] == "fedavg"


def test_a_grid_without_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / grids.FILE).write_text(GRID.as_toml())
    with pytest.raises(GridError, match=r"no run yet; make them with: fl-sim sweep [^ ]*$"):
        WhatIf.of(str(tmp_path))
    point = next(iter(GRID.points()))
    record.save(hand_run(), tmp_path / point.name)
    stale = r"its runs have other settings; make them with: fl-sim sweep [^ ]* --force$"
    with pytest.raises(GridError, match=stale):
        WhatIf.of(str(tmp_path))


# --- in the page


def test_the_grid_in_a_release_is_a_grid(folder: Path, site: Path) -> None:
    copied = {point.name: run for point, run in grids.loaded(site / "grid", GRID)}
    kept = {point.name: run for point, run in grids.loaded(folder, GRID)}
    assert [*copied] == [*kept]
    assert all(record.fingerprint(copied[name]) == record.fingerprint(kept[name]) for name in kept)
    assert grids.read(site / "grid") == GRID


def chosen(seen: Opened) -> list[str]:
    """Return what the section says of the chosen settings, and the runs that it lists."""
    runs = seen.page.locator("#grid-runs tr").all_inner_texts()
    return [seen.page.inner_text("#grid-result"), *(run.split("\t")[0] for run in runs)]


def test_a_reader_walks_the_grid_by_key(browser: Browser, at: str, folder: Path) -> None:
    with visited(browser, f"{at}/index.html", viewport=WIDE, bypass_csp=True) as seen:
        page = seen.page
        page.locator("#what-if").scroll_into_view_if_needed()
        page.locator("#grid-result").wait_for()
        assert chosen(seen) == [
            "Accuracy after round 2: 50.0% to 53.1%, 2 seeds", "iid_1_1", "iid_1_2",
        ]  # fmt: skip
        assert page.locator("#grid-chart .curve").count() == 2
        assert page.locator("#grid-chart .other").count() == 7
        slider = page.locator("#grid input[type=range]")
        slider.focus()
        page.keyboard.press("End")
        assert chosen(seen) == ["Accuracy after round 2: 62.5%", "iid_5_1"]
        assert slider.get_attribute("aria-valuetext") == "5. Accuracy after round 2: 62.5%"
        assert page.inner_text("#grid-before") == ("Before your last step: 50.0% to 53.1%, 2 seeds")
        label = page.get_attribute("#grid-chart svg", "aria-label")
        assert label == "Accuracy by round: 12.5% at first, 62.5% at last"
        drawn = page.locator("#grid-chart")
        parts = [drawn.locator(kind).count() for kind in (".curve", ".earlier", ".other")]
        assert parts == [1, 2, 6]

        page.get_by_label("skewed, alpha 0.25").check()
        assert chosen(seen) == [MISSING]
        assert page.locator("#grid-chart .curve, #grid-chart .dot").count() == 0
        assert page.get_attribute("#grid-chart svg", "aria-label") == MISSING
        assert not page.locator("#grid-table").is_visible()
        slider.focus()
        page.keyboard.press("ArrowLeft")
        name = "dirichlet-0-25_2_1"
        assert chosen(seen)[:2] == ["Accuracy after round 2: 31.3% to 34.4%, 2 seeds", name]
        row = page.locator("#grid-runs tr").first
        assert (
            row.locator("code").inner_text() == record.fingerprint(record.load(folder / name))[:16]
        )
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            report = Axe().run(page, "#what-if")
            assert report.violations_count == 0, report.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        # There is no movie here.
        assert [error for error in seen.errors if "Failed to load resource" not in error] == []
        assert seen.outside == []


def test_scripts_that_are_lost_are_said_to_be(browser: Browser, at: str) -> None:
    with visited(browser, "about:blank", viewport=WIDE) as seen:
        seen.page.route("**/what-if.js", lambda route: route.abort())
        seen.page.goto(f"{at}/index.html")
        status = seen.page.locator("#what-if [role=status]")
        status.scroll_into_view_if_needed()
        seen.page.get_by_text("did not load").last.wait_for()
        assert status.inner_text()


class Table(HTMLParser):
    """The cells of each row of a table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


def test_the_table_has_each_point_in_each_language(site: Path, folder: Path) -> None:
    rows = Table((site / "what-if.html").read_text("utf-8")).rows
    assert len(rows) == 1 + 2 * 3 * 2
    print_ = record.fingerprint(record.load(folder / "iid_5_1"))
    assert rows[5] == ["alike for all", "5", "1", "2", "62.5%", "iid_5_1", print_[:16]]
    assert rows[6] == ["alike for all", "5", "not run"]
    for code in ("de", "fr", "es"):
        page = (site / f"what-if.{code}.html").read_text("utf-8")
        assert f'href="index.{code}.html"' in page
        assert len(Table(page).rows) == len(rows)
        script = (site / f"grid/runs.{code}.js").read_text("utf-8")
        assert json.loads(script.partition("] = ")[2].rstrip(";\n"))["language"] == code


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_table_is_read_without_scripts(browser: Browser, at: str, scheme: str) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "bypass_csp": True, "viewport": NARROW}
    with visited(browser, f"{at}/what-if.de.html", **options) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        report = Axe().run(seen.page)
        assert report.violations_count == 0, report.generate_report()
    with visited(browser, f"{at}/index.html", java_script_enabled=False) as seen:
        assert not seen.page.locator("#grid").is_visible()
        seen.page.get_by_role("link", name="All of them as a table").click()
        assert seen.page.get_by_role("row").count() == 13
        seen.page.get_by_role("link", name="iid_1_2").wait_for()


# --- the release


def test_a_release_of_the_usual_runs_has_the_usual_grid_and_others_the_one_that_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Request().grid_shown == grids.USUAL
    assert Request(("reference",)).grid_shown == ""
    mine = Request(("reference",), grid=str(folder))
    assert mine.grid_shown == str(folder)
    assert mine.command.startswith("fedreel release --run reference --grid grid --quality")
    usual = Request(("reference",), grid=grids.USUAL)
    assert f"--grid {grids.USUAL} " in usual.command
    assert "--grid" not in Request().command
    assert mine.inputs()["--grid"] != usual.inputs()["--grid"] != ""
    listed = files(folder)
    assert listed[0] == folder / grids.FILE
    assert len(listed) == 1 + 2 * 9  # a record and its arrays
    monkeypatch.chdir(folder.parent)
    assert Request(("reference",), grid="mine").inputs()["--grid"] == mine.inputs()["--grid"]
