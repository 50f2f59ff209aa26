"""How updates lie to each other, and the way that the global model went, to the digit."""

import math

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord

from fl_sim.recording import drift, models
from fl_sim.recording.models import Filters, PathOfModels
from fl_sim.recording.replies import Model, model_among

NAN = float("nan")


def weights(*values: float) -> dict[str, np.ndarray]:
    return {"weight": np.array(values, np.float32)}


# --- updates

ORIGIN = weights(0.0, 0.0)
TWO = [weights(3.0, 4.0), weights(-4.0, 3.0)]


def test_inner_products_by_hand() -> None:
    assert drift.gram(TWO, [ORIGIN] * 2) == ((25.0, 0.0), (0.0, 25.0))
    start = weights(1.0, 0.0)
    # (2, 4) and (-5, 3).
    assert drift.gram(TWO, [start] * 2) == ((20.0, 2.0), (2.0, 34.0))


def test_each_update_is_measured_from_what_its_client_received() -> None:
    assert drift.gram(TWO, [weights(3.0, 3.0), weights(-4.0, 1.0)]) == ((1.0, 2.0), (2.0, 4.0))


def test_inner_products_are_summed_over_all_parameters_and_chunks() -> None:
    size = 2 * drift.CHUNK + 3
    long = {"a": np.ones(size, np.float32), "b": np.full((2, 2), 2.0, np.float32)}
    zero = {name: np.zeros_like(array) for name, array in long.items()}
    assert drift.gram([long], [zero]) == ((size + 16.0,),)
    assert drift.distance(long, zero) == math.sqrt(size + 16)


def test_distance_by_hand() -> None:
    assert drift.distance(weights(3.0, 4.0), ORIGIN) == 5.0
    assert drift.distance(ORIGIN, ORIGIN) == 0.0


def test_they_agree_with_numpy() -> None:
    chance = np.random.default_rng(0)
    sent = [weights(*chance.normal(size=50)) for _ in range(7)]
    matrix = np.stack([each["weight"] for each in sent]).astype(np.float64)
    found = drift.gram(sent, [weights(*[0.0] * 50)] * 7)
    assert np.array(found) == pytest.approx(matrix @ matrix.T, rel=1e-8)
    assert np.array_equal(np.array(found), np.array(found).T)


def test_counters_do_not_count() -> None:
    """As BatchNorm's: whole for a client, and real once a server has averaged it."""
    before = {**ORIGIN, "batches": np.float64(17.5)}
    after = {**weights(3.0, 4.0), "batches": np.int64(35)}
    assert drift.distance(after, before) == 5.0
    assert drift.gram([after], [before]) == ((25.0,),)
    whole = {"steps": np.arange(3)}
    assert (drift.distance(whole, whole), drift.gram([whole], [whole])) == (None, None)


@pytest.mark.parametrize(
    "odd",
    [weights(3.0), {}, {"bias": np.zeros(2)}, weights(NAN, 0.0), weights(math.inf, 0.0)],
    ids=["shape", "nothing", "name", "not a number", "infinite"],
)
def test_what_cannot_be_compared_is_absent(odd: dict[str, np.ndarray]) -> None:
    assert drift.distance(odd, ORIGIN) is None
    assert drift.gram([TWO[0], odd], [ORIGIN] * 2) is None


def test_numbers_that_overflow_are_absent() -> None:
    large = {"weight": np.array([1e300, 0.0])}
    zero = {"weight": np.zeros(2)}
    assert (drift.distance(large, zero), drift.gram([large], [zero])) == (None, None)


def test_clients_with_models_of_other_shapes_are_not_compared() -> None:
    small, large = weights(1.0), weights(1.0, 1.0)
    assert drift.gram([small, large], [weights(0.0), weights(0.0, 0.0)]) is None


def test_no_updates_or_too_many() -> None:
    assert drift.gram([], []) is None
    many = drift.MOST_UPDATES + 1
    assert drift.gram([ORIGIN] * many, [ORIGIN] * many) is None


def test_too_much_to_multiply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "MOST_PRODUCTS", 8)
    assert drift.gram(TWO, [ORIGIN] * 2) is not None
    monkeypatch.setattr(drift, "MOST_PRODUCTS", 7)
    assert drift.gram(TWO, [ORIGIN] * 2) is None


# --- the way of the model


def path(*points: dict[str, np.ndarray]) -> models.record.ModelPath | None:
    found = PathOfModels()
    for point in points:
        found.add(point)
    return found.project()


def test_a_straight_line() -> None:
    found = path(weights(0.0, 0.0), weights(3.0, 4.0), weights(6.0, 8.0))
    assert found.points == ((-5.0, 0.0), (0.0, 0.0), (5.0, 0.0))
    assert found.explained == (1.0, 0.0)


def test_the_last_model_lies_on_the_positive_side() -> None:
    there = path(weights(0.0), weights(1.0), weights(4.0))
    back = path(weights(4.0), weights(1.0), weights(0.0))
    assert [x for x, _ in there.points] == pytest.approx([-5 / 3, -2 / 3, 7 / 3], rel=1e-5)
    assert [x for x, _ in back.points] == pytest.approx([-7 / 3, 2 / 3, 5 / 3], rel=1e-5)


def test_a_rectangle() -> None:
    """Two long sides along one axis, two short ones along the other: variances of 4 to 1."""
    corners = [weights(*corner) for corner in ((0, 0, 7), (4, 0, 7), (0, 2, 7), (4, 2, 7))]
    found = path(*corners)
    assert np.array(found.points) == pytest.approx(
        np.array([(-2, -1), (2, -1), (-2, 1), (2, 1)]), abs=1e-5
    )
    assert found.explained == (0.8, 0.2)


def test_distances_are_kept_far_from_the_origin() -> None:
    far = [weights(1e4 + x, 1e4) for x in (0.0, 1.0, 2.0)]
    assert [x for x, _ in path(*far).points] == [-1.0, 0.0, 1.0]


def test_a_model_that_never_moves() -> None:
    found = path(*[weights(1.0, 2.0)] * 3)
    assert (found.points, found.explained) == (((0.0, 0.0),) * 3, (0.0, 0.0))


def test_parameters_may_come_in_another_order() -> None:
    first = {"a": np.zeros(1, np.float32), "b": np.zeros(1, np.float32)}
    later = [{"b": np.float32([0.0]), "a": np.float32([x])} for x in (1.0, 2.0)]
    assert path(first, *later).points == ((-1.0, 0.0), (0.0, 0.0), (1.0, 0.0))


def test_counters_do_not_move_a_model() -> None:
    steps = [{**weights(x), "batches": n} for x, n in ((0, np.int64(0)), (1, np.float64(9)))]
    found = path(*steps, {**weights(2), "batches": np.float64(99)})
    assert found.points == ((-1.0, 0.0), (0.0, 0.0), (1.0, 0.0))


@pytest.mark.parametrize(
    "models_",
    [
        [],
        [weights(0.0), weights(1.0)],
        [weights(0.0), weights(1.0), weights(NAN)],
        [weights(0.0), weights(1.0), None],
        [None, weights(0.0), weights(1.0), weights(2.0)],
        [weights(0.0), weights(1.0), weights(1.0, 2.0)],
        [weights(0.0), weights(1.0), {"bias": np.zeros(1)}],
        [{"trees": np.zeros(3, np.uint8)}] * 3,
        [{}] * 3,
    ],
    ids=[
        "none", "two", "not a number", "unknown", "the first unknown", "another shape",
        "another name", "no weights", "empty",
    ],
)  # fmt: skip
def test_no_way_to_draw(models_: list[dict[str, np.ndarray] | None]) -> None:
    assert path(*models_) is None


def test_more_than_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    three = [weights(float(x)) for x in range(3)]
    monkeypatch.setattr(models, "MOST_MODELS", 3)
    assert path(*three) is not None
    assert path(*three, weights(3.0)) is None
    monkeypatch.setattr(models, "MOST_MODELS", 101)
    monkeypatch.setattr(models, "MOST_WEIGHTS", 2)
    assert path(*three) is None


# --- filters


def convolution(value: float) -> dict[str, np.ndarray]:
    return {"conv.bias": np.zeros(1), "conv.weight": np.full((1, 1, 2, 2), value)}


def stacked(*states: dict[str, np.ndarray] | None) -> np.ndarray | None:
    found = Filters()
    for state in states:
        found.add(state)
    return found.stack()


def test_filters_of_each_round() -> None:
    found = stacked(convolution(1.0), convolution(2.0))
    assert (found.shape, found.dtype) == ((2, 1, 1, 2, 2), np.float32)
    assert found[:, 0, 0, 0, 0].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "states",
    [
        [],
        [weights(1.0)],
        [convolution(1.0), None],
        [convolution(1.0), weights(1.0)],
        [convolution(1.0), convolution(NAN)],
        [convolution(1.0), convolution(1e300)],
        [convolution(1.0), {"conv.weight": np.zeros((1, 1, 3, 3))}],
    ],
    ids=["none", "no convolution", "unknown", "gone", "not a number", "overflow", "another shape"],
)
def test_no_filters(states: list[dict[str, np.ndarray] | None]) -> None:
    assert stacked(*states) is None


def test_filters_that_are_too_many_or_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MOST_FILTER_WEIGHTS", 7)
    assert stacked(convolution(1.0), convolution(2.0)) is None
    monkeypatch.undo()
    monkeypatch.setattr(models, "MOST_MODELS", 1)
    assert stacked(convolution(1.0), convolution(2.0)) is None


# --- models as Flower sends them


def test_arrays_are_unpacked_when_they_are_looked_at() -> None:
    record = ArrayRecord({"a": Array(np.ones(2)), "sealed": Array("bytes", (3,), "aes", b"x")})
    model = Model(record)
    record.clear()
    assert (list(model), len(model), "sealed" in model) == (["a"], 1, False)
    assert model["a"].tolist() == [1.0, 1.0]
    assert model["a"] is not model["a"]


def test_the_model_among_several_records() -> None:
    def named(*names: str) -> ArrayRecord:
        return ArrayRecord({name: Array(np.zeros(1)) for name in names})

    records = [named("control"), named("a", "b")]
    assert set(model_among(records, ["b", "a"])) == {"a", "b"}
    assert set(model_among(records, ["c"])) == {"control"}
    assert set(model_among(records)) == {"control"}
    assert len(model_among([])) == 0
