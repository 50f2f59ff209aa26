"""Class names on screen: those of CIFAR-10 are translated, others are quoted.

Classes without names are numbered.
"""

from functools import cache

from fl_sim.record import Run
from scenes.text.language import Language
from scenes.text.lines import Line, forms, line, plural, text
from scenes.text.numbers import UNKNOWN, Cursor, Number, at, computed, count, quote

SHORT = 14  # characters of an app's own name in a sentence

COUNTED = {
    "airplane": forms("{n} airplane", "{n} airplanes"),
    "automobile": forms("{n} automobile", "{n} automobiles"),
    "bird": forms("{n} bird", "{n} birds"),
    "cat": forms("{n} cat", "{n} cats"),
    "deer": forms("{n} deer", "{n} deer"),
    "dog": forms("{n} dog", "{n} dogs"),
    "frog": forms("{n} frog", "{n} frogs"),
    "horse": forms("{n} horse", "{n} horses"),
    "ship": forms("{n} ship", "{n} ships"),
    "truck": forms("{n} truck", "{n} trucks"),
}
NOT_ONE = {
    "airplane": forms("not one airplane"),
    "automobile": forms("not one automobile"),
    "bird": forms("not one bird"),
    "cat": forms("not one cat"),
    "deer": forms("not one deer"),
    "dog": forms("not one dog"),
    "frog": forms("not one frog"),
    "horse": forms("not one horse"),
    "ship": forms("not one ship"),
    "truck": forms("not one truck"),
}


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


def counted(run: Run, kind: int, number: Number) -> Line:
    """Return a number of examples of a class: "3 dogs", or "3 of iris" with an app's own name."""
    known = COUNTED.get(_recorded_name(run, kind))
    if known is not None:
        return plural(number, *known)
    return line("{n} of {name}", n=number, name=kind_name(run, kind, SHORT))


def not_one(run: Run, kind: int) -> Line:
    """Return that there is no example of a class: "not one dog", or "none of iris"."""
    known = NOT_ONE.get(_recorded_name(run, kind))
    if known is not None:
        return line(*known)
    return line("none of {name}", name=kind_name(run, kind, SHORT))


def _recorded_name(run: Run, kind: int) -> str:
    return run.dataset.class_names[kind] if run.dataset and run.dataset.class_names else ""


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
