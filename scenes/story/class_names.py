"""What a kind of photo is called: common ones in the language in use, others as recorded."""

from fl_sim.record import Run
from scenes.text.lines import Number, quote, text


def kind_name(run: Run, kind: int, most: int = 40) -> Number:
    """Return the name of a class, cut where it is too long.

    Raises:
        UntoldError: the run did not record it.
    """
    return quote(run, f"dataset.class_names[{kind}]", most, _in_use)


def _in_use(name: str) -> str:
    """Return the name of a kind of CIFAR-10 in the language in use, and any other as it is."""
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
    }.get(name, name)
