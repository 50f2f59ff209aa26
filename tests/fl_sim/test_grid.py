"""Grids: what a declaration means, and which records are a grid's."""

from pathlib import Path

import pytest
from tiny_record import tiny_run

from fl_sim import grid, record
from fl_sim.grid import Axis, Choice, Grid, GridError

DEALT = Axis(
    "partitioning",
    [
        Choice({"partitioning": "iid"}),
        Choice({"partitioning": "dirichlet", "dirichlet-alpha": 0.5}),
    ],
)
EPOCHS = Axis("local-epochs", [Choice({"local-epochs": 1}), Choice({"local-epochs": 5})])
GRID = Grid([DEALT, EPOCHS], {"num-server-rounds": 2, "augment": True})
TOML = """
[settings]
num-server-rounds = 2
augment = true

[over]
partitioning = ["iid", { partitioning = "dirichlet", dirichlet-alpha = 0.5 }]
local-epochs = [1, 5]
"""


def test_every_combination_is_a_point_with_its_settings() -> None:
    points = {point.name: point for point in GRID.points()}
    assert {name: point.at for name, point in points.items()} == {
        "iid_1": (0, 0),
        "iid_5": (0, 1),
        "dirichlet-0-5_1": (1, 0),
        "dirichlet-0-5_5": (1, 1),
    }
    assert points["dirichlet-0-5_5"].changes == {
        "num-server-rounds": 2,
        "augment": True,
        "partitioning": "dirichlet",
        "dirichlet-alpha": 0.5,
        "local-epochs": 5,
    }


def test_names_of_points_are_names_of_runs_and_differ() -> None:
    one = Axis("a", [Choice({"a": "x" * 40}), Choice({"a": "x" * 39 + "."})])
    other = Axis("b", [Choice({"b": "y" * 40}), Choice({"b": "1.5"}), Choice({"b": "1-5"})])
    names = [point.name for point in Grid([one, other]).points()]
    assert len(set(names)) == 6
    assert all(record.NAME.fullmatch(name) for name in names)


def test_a_declaration_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "grid.toml").write_text(GRID.as_toml())
    assert grid.read(tmp_path) == GRID
    assert GRID.as_toml().endswith(TOML)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[over", "not readable: "),
        ("[runs]", "it has two tables, [settings] and [over], and nothing else"),
        ("over = 1", "it has two tables, [settings] and [over], and nothing else"),
        ("[over]\nseed = 1", "seed is 1; it must be a list of values"),
        ("[over]\nseed = []", "seed is []; it must be a list of values"),
        ("[over]\nseed = [{ eta = 1 }]", "a value of seed is a table without seed"),
    ],
)
def test_a_declaration_that_cannot_be_used(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "grid.toml").write_text(text)
    with pytest.raises(GridError) as caught:
        grid.read(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'grid.toml'}: {said}")


def test_no_declaration(tmp_path: Path) -> None:
    with pytest.raises(GridError, match=f"{tmp_path}: there is no grid.toml. Declare a grid with"):
        grid.read(tmp_path)


def test_a_record_with_other_settings_is_of_no_point(tmp_path: Path) -> None:
    for point in GRID.points()[:3]:
        changes = {**point.changes, "local-epochs": 1}
        run = tiny_run().model_copy(update={"name": point.name, "config": changes})
        record.save(run, tmp_path / point.name)
    found = {point.name: run.name for point, run in grid.loaded(tmp_path, GRID)}
    assert found == {"iid_1": "iid_1", "dirichlet-0-5_1": "dirichlet-0-5_1"}


def test_a_grid_is_found_by_its_folder_or_by_the_name_of_one_that_comes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert grid.find(grid.USUAL) == grid.GRIDS / grid.USUAL
    (tmp_path / grid.USUAL).mkdir()
    assert grid.find(grid.USUAL) == Path(grid.USUAL)
    assert grid.find("mine") == Path("mine")
