"""Questions between the chapters: each is answered by doing something in the page.

The right answers are read from the records that the chapters show.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from fl_sim.record import Run
from scenes.release.page.places import anchor
from scenes.release.page.record_pages import RecordPages
from scenes.release.page.trial import Trial
from scenes.story.class_names import kind_name, named
from scenes.text.language import Language

FEWEST_ROUNDS = 3  # of a run whose rounds are asked about

# How a question is answered: by a guess on a slider, a walk to a round, or the choice of a photo.
Kind = Literal["guess", "round", "photo"]


@dataclass(frozen=True)
class Question:
    """A question after a chapter, and its answer with the address of its place in the record.

    ``right`` has the answers that are right: a share, numbers of rounds, or positions of photos.
    """

    after: str
    kind: Kind
    run: str
    text: str
    right: Sequence[float]
    answer: str
    href: str

    @property
    def data(self) -> dict[str, Any]:
        """What the page's script knows of it, as a JSON object."""
        return {"kind": self.kind, "run": self.run, "right": self.right}


class Shown(NamedTuple):
    """A chapter by name, with its runs."""

    chapter: str
    runs: Sequence[Run]


class _Asked(NamedTuple):
    """What a question is made from: chapters, records, the language, and the models to try."""

    chapters: Sequence[Shown]
    records: RecordPages
    language: Language
    trial: Trial | None

    def runs_of(self, chapter: str) -> list[Run]:
        """Return the runs of a chapter whose accuracy is known after each of several rounds."""
        runs = next((one.runs for one in self.chapters if one.chapter == chapter), ())
        return [run for run in runs if len(run.rounds) > FEWEST_ROUNDS and _is_known(run)]

    def has(self, chapter: str) -> bool:
        """Whether the film has a chapter."""
        return chapter in {one.chapter for one in self.chapters}

    def place(self, run: Run, path: str) -> str:
        """Return the address of a place in a run's record, or of the record."""
        folder = self.records.addresses.folders[run.name]
        known = path in self.records.addresses.known[run.name]
        return f"{folder}/index.html#{anchor(path if known else '')}"


def questions(
    chapters: Sequence[Shown], records: RecordPages, language: Language, trial: Trial | None
) -> list[Question]:
    """Return the questions that some chapters and records allow, in a language."""
    asked = _Asked(chapters, records, language, trial)
    return [found for ask in _QUESTIONS for found in ask(asked)]


def _accuracies(run: Run) -> list[float]:
    """Return the accuracy after each round where it is known, from round 0."""
    measured = [round_.central for round_ in run.rounds if round_.central]
    return [one.accuracy for one in measured if one.accuracy is not None]


def _is_known(run: Run) -> bool:
    return len(_accuracies(run)) == len(run.rounds)


def _guess(asked: _Asked) -> Iterator[Question]:
    """Ask, after the first round, for the share of the least known class that is right at last."""
    _, language = asked.language.translate, asked.language
    for run in asked.runs_of("many_rounds")[:1] if asked.has("one_round") else ():
        last = run.rounds[-1].number
        confusion = run.rounds[last].confusion
        if confusion is None or not named(run):
            continue
        shares = [row[kind] / (sum(row) or 1) for kind, row in enumerate(confusion)]
        kind = shares.index(min(shares))
        words = {
            "n": language.integer(last),
            "run": run.name,
            "kind": kind_name(run, kind).in_language(language).text,
            "right": language.integer(confusion[kind][kind]),
            "all": language.integer(sum(confusion[kind])),
            "share": language.percent(shares[kind]),
        }
        yield Question(
            "one_round",
            "guess",
            run.name,
            _(
                "After round {n}, the class that the model of {run} knows least is: {kind}. How "
                "much of it does it get right? Guess in percent."
            ).format(**words),
            [shares[kind]],
            _("{right} of {all}, {share}.").format(**words),
            asked.place(run, f"rounds[{last}].confusion[{kind}][{kind}]"),
        )


def _gain(asked: _Asked) -> Iterator[Question]:
    _ = asked.language.translate
    text = _("In which round did the model of {run} gain most? Walk to it.")
    for run in asked.runs_of("many_rounds")[:1]:
        yield _of_changes(asked, "many_rounds", run, text, max)


def _loss(asked: _Asked) -> Iterator[Question]:
    _ = asked.language.translate
    text = _("In which round did the model of {run} lose most of what it knew? Walk to it.")
    runs = sorted(asked.runs_of("different_data"), key=lambda run: _accuracies(run)[-1])
    for run in runs[:1]:
        if min(_changes(run)) < 0:
            yield _of_changes(asked, "different_data", run, text, min)


def _changes(run: Run) -> list[float]:
    """Return how much the accuracy rose in each round, from round 1."""
    return [after - before for before, after in pairwise(_accuracies(run))]


def _of_changes(
    asked: _Asked, chapter: str, run: Run, text: str, choose: Callable[[list[float]], float]
) -> Question:
    """Return the question for the round with the largest or smallest change."""
    _, language = asked.language.translate, asked.language
    changes, accuracies = _changes(run), _accuracies(run)
    chosen = choose(changes)
    rounds = [number for number, change in enumerate(changes, 1) if change == chosen]
    answer = _("Round {n}: from {before} to {after}.").format(
        n=language.integer(rounds[0]),
        before=language.percent(accuracies[rounds[0] - 1]),
        after=language.percent(accuracies[rounds[0]]),
    )
    place = asked.place(run, f"rounds[{rounds[0]}].central.accuracy")
    return Question(
        chapter, "round", run.name, text.format(run=run.name), rounds, answer, place
    )  # fmt: skip


def _failed(asked: _Asked) -> Iterator[Question]:
    """Ask for the round in which most workers delivered nothing."""
    _, language = asked.language.translate, asked.language
    for run in asked.runs_of("when_workers_fail")[:1]:
        counts = [len(one.train.failures) if one.train else 0 for one in run.rounds]
        most = max(counts)
        if not most:
            continue
        rounds = [number for number, count in enumerate(counts) if count == most]
        yield Question(
            "when_workers_fail",
            "round",
            run.name,
            _("In which round of {run} did most workers deliver nothing? Walk to it.").format(
                run=run.name
            ),
            rounds,
            _("Round {n}: {count} of them.").format(
                n=", ".join(map(language.integer, rounds)), count=language.integer(most)
            ),
            asked.place(run, f"rounds[{rounds[0]}].train.failures"),
        )


def _mistaken(asked: _Asked) -> Iterator[Question]:
    """Ask for the test photo of which the model is surest and wrong."""
    _, language, trial = asked.language.translate, asked.language, asked.trial
    if trial is None or not asked.chapters:
        return
    last = asked.chapters[-1].chapter
    run = trial.photos.run
    samples = run.samples
    if samples is None:
        return
    given = [(max(row), row.index(max(row))) for row in samples.last]
    pairs = zip(samples.labels, given, strict=True)
    wrong = [(most, i) for i, (label, (most, kind)) in enumerate(pairs) if kind != label]
    if not wrong:
        return
    most = max(wrong)[0]
    photos = [i for found, i in wrong if found == most]
    first = photos[0]
    yield Question(
        "closing" if asked.has("closing") else last,
        "photo",
        run.name,
        _("On which test photo is the model of {run} surest, and wrong? Choose it.").format(
            run=run.name
        ),
        photos,
        _("Photo {n}: {kind}. The model says {other}, with {percent}.").format(
            n=language.integer(first + 1),
            kind=kind_name(run, samples.labels[first]).in_language(language).text,
            other=kind_name(run, given[first][1]).in_language(language).text,
            percent=language.percent(most),
        ),
        asked.place(run, f"samples.last[{first}]"),
    )


_QUESTIONS = (_guess, _gain, _loss, _failed, _mistaken)
