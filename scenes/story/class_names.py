"""Class names on screen: those of CIFAR-10 are translated, others are quoted.

Classes without names are numbered.
"""

from functools import cache

from fl_sim.record import Run
from scenes.text.language import Language
from scenes.text.lines import Line, text
from scenes.text.numbers import UNKNOWN, Cursor, Number, at, computed, count, quote


def num_kinds(run: Run) -> Number:
    """Return the number of classes of a run that recorded their names or counts."""
    if named(run):
        return count(at(run).dataset.class_names)
    return count(at(run).partitions[0].label_counts)


def named(run: Run) -> bool:
    """Whether the classes of a run have names."""
    return run.dataset is not None and bool(run.dataset.class_names)


def kind_name(run: Run, kind: int, most: int = 40, among: Cursor | None = None) -> Number:
    """Return the name of a class, cut to at most ``most`` characters.

    A class without a name has its position among a client's label counts, or ``among`` others.
    """
    if not named(run):
        place = (at(run).partitions[0].label_counts if among is None else among)[kind]
        return computed(kind, _numbered, "position of {}", place)
    return quote(at(run).dataset.class_names[kind], most, _translated)


def _numbered(language: Language, kind: float) -> str:
    name = text("class {k}", k=Number(language.integer(kind), UNKNOWN.source))
    return str(name.in_language(language))


def _translated(language: Language, name: str) -> str:
    known = _known().get(name)
    return name if known is None else str(known.in_language(language))


@cache
def _known() -> dict[str, Line]:
    return {
        "airplane": text("airplane"),
        "automobile": text("automobile"),
        "bird": text("bird"),
        "cat": text("cat"),
        "deer": text("deer"),
        "dog": text("dog"),
        "frog": text("frog"),
        "horse": text("horse"),
        "ship": text("ship"),
        "truck": text("truck"),
    }
