"""Records of every kind that training can leave, for tests that hold for all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from hand import hand_pair, hand_run, hand_seeds, imported, of_others
from hypothesis import strategies as st

from fl_sim import record

MOST_CELLS = 3000  # workers times rounds, so that an example is made quickly


@dataclass(frozen=True)
class Recipe:
    """How runs are made, which prints shorter than they do."""

    kind: str  # of ``MAKERS``
    numbers: Mapping[str, int]
    changes: tuple[str, ...] = ()

    def make(self) -> tuple[record.Run, ...]:
        """Return the runs, checked as a loaded record is."""
        return tuple(self._changed(run) for run in MAKERS[self.kind](**self.numbers))

    def _changed(self, run: record.Run) -> record.Run:
        for name in self.changes:
            run = CHANGES[name](run)
        return record.Run.model_validate(run.model_dump())


@st.composite
def any_recipe(draw: st.DrawFn, most_workers: int = 1000) -> Recipe:
    """Draw the runs that a user may give: mostly one, or several that can be compared."""
    kind = draw(st.sampled_from(["one", "one", "one", "pair", "seeds"]))
    most = most_workers if kind == "one" else min(30, most_workers)
    workers = draw(st.sampled_from([2, 3, 10, 12, 13, 30, 100, 1000]) | st.integers(2, most))
    workers = max(min(workers, most), 2 if kind == "one" else 3)
    picked = draw(st.integers(2, min(workers, 30))) if kind == "one" else 3
    rounds = draw(st.sampled_from([1, 3, 30, 300]) | st.integers(1, 300))
    numbers = {
        "workers": workers,
        "rounds": min(rounds, MOST_CELLS // max(picked, 10)),
        "classes": draw(st.sampled_from([2, 10, 20, 100]) | st.integers(2, 100)),
        "picked": picked,
    }
    if kind == "one":
        numbers["failed"] = draw(st.just(0) | st.integers(0, picked - 1))
        numbers["close_up"] = draw(st.sampled_from([0, 1, 2, 40]))
    changes = draw(st.lists(st.sampled_from(sorted(CHANGES)), max_size=3, unique=True))
    return Recipe(kind, numbers, tuple(changes))


def _one(**numbers: int) -> list[record.Run]:
    return [hand_run(**numbers)]


def _bare(run: record.Run) -> record.Run:
    """Keep what a run of another app may leave: no partitions, photos or filters."""
    gone = {"partitions": (), "thumbnails": None, "filters": None, "dataset": None, "samples": None}
    rounds = tuple(round_.model_copy(update={"confusion": None}) for round_ in run.rounds)
    return run.model_copy(update={**gone, "sample_images": None, "network": None, "rounds": rounds})


def _no_photos(run: record.Run) -> record.Run:
    return run.model_copy(update={"thumbnails": None, "samples": None, "sample_images": None})


def _own_noun(run: record.Run) -> record.Run:
    return _no_photos(run).model_copy(update={"examples": "electrocardiograms"})


def _other_metric(run: record.Run) -> record.Run:
    """Let clients measure something with a long name, and the server nothing."""
    rounds = []
    for round_ in run.rounds:
        evaluate, other = round_.evaluate, {"mean_top_five_hit_rate": 0.5 + round_.number}
        if evaluate is not None:
            metrics = record.Metrics(other=other)
            replies = tuple(
                reply.model_copy(update={"metrics": metrics}) for reply in evaluate.replies
            )
            evaluate = record.Evaluate(
                sampled=evaluate.sampled, replies=replies, metrics=metrics, averaged=True
            )
        rounds.append(round_.model_copy(update={"evaluate": evaluate, "central": None}))
    metric = "mean_top_five_hit_rate"
    return run.model_copy(update={"rounds": tuple(rounds), "metric": metric})


def _no_filters(run: record.Run) -> record.Run:
    return run.model_copy(update={"filters": None})


def _no_label_counts(run: record.Run) -> record.Run:
    parts = [part.model_copy(update={"label_counts": None}) for part in run.partitions]
    return run.model_copy(update={"partitions": tuple(parts)})


def _no_evaluation(run: record.Run) -> record.Run:
    return _in_every_round(run, {"evaluate": None})


def _no_central(run: record.Run) -> record.Run:
    return _in_every_round(run, {"central": None})


def _tested_at_times(run: record.Run) -> record.Run:
    rounds = [
        round_.model_copy(update={"central": None}) if round_.number % 3 == 1 else round_
        for round_ in run.rounds
    ]
    return run.model_copy(update={"rounds": tuple(rounds)})


def _falls(run: record.Run) -> record.Run:
    """Let accuracy fall from round to round, and loss rise."""
    rounds = [
        round_.model_copy(
            update={
                "central": record.Metrics(
                    loss=1 + 0.01 * round_.number, accuracy=max(0.0, 0.9 - 0.03 * round_.number)
                )
            }
        )
        for round_ in run.rounds
    ]
    return run.model_copy(update={"rounds": tuple(rounds)})


def _bare_replies(run: record.Run) -> record.Run:
    """Let replies hold nothing but who sent them."""
    rounds = []
    for round_ in run.rounds:
        train = round_.train
        if train is not None:
            replies = tuple(record.TrainReply(client=reply.client) for reply in train.replies)
            train = train.model_copy(update={"replies": replies, "weighted_mean": None})
        rounds.append(round_.model_copy(update={"train": train}))
    return run.model_copy(update={"rounds": tuple(rounds)})


def _long_names(run: record.Run) -> record.Run:
    if run.dataset is None:
        return run
    names = tuple(
        f"a very long name of a kind of things {name}" for name in run.dataset.class_names
    )
    dataset = run.dataset.model_copy(update={"class_names": names, "name": "data " * 40})
    return run.model_copy(update={"dataset": dataset, "name": "a run with a long name " * 6})


def _flat_filters(run: record.Run) -> record.Run:
    return run.model_copy(
        update={"filters": None if run.filters is None else np.zeros_like(run.filters)}
    )


def _in_every_round(run: record.Run, update: dict[str, object]) -> record.Run:
    rounds = tuple(round_.model_copy(update=update) for round_ in run.rounds)
    return run.model_copy(update={"rounds": rounds})


MAKERS = {"one": _one, "pair": hand_pair, "seeds": hand_seeds}
CHANGES: dict[str, Callable[[record.Run], record.Run]] = {
    "of_others": of_others,
    "imported": imported,
    "bare": _bare,
    "no_photos": _no_photos,
    "own_noun": _own_noun,
    "other_metric": _other_metric,
    "no_filters": _no_filters,
    "no_label_counts": _no_label_counts,
    "no_evaluation": _no_evaluation,
    "no_central": _no_central,
    "tested_at_times": _tested_at_times,
    "falls": _falls,
    "bare_replies": _bare_replies,
    "long_names": _long_names,
    "flat_filters": _flat_filters,
}
