"""Class names on screen: those of CIFAR-10 are translated, others are quoted."""

from functools import cache

from fl_sim.record import Run
from scenes.text.language import Language
from scenes.text.lines import Line, text
from scenes.text.numbers import Number, at, quote


def kind_name(run: Run, kind: int, most: int = 40) -> Number:
    """Return the name of a class, cut to at most ``most`` characters.

    Raises:
        NotRecordedError: the run did not record the name.
    """
    return quote(at(run).dataset.class_names[kind], most, _translated)


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
