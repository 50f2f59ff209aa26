"""Effects: what is heard of a run."""

from dataclasses import dataclass
from typing import Literal

from fl_sim.wording import did_you_mean
from scenes import theme
from scenes.text.errors import SoundError

# A click of a packet with the model, an update, or a reply; and the tone of a measure.
Kind = Literal["model", "update", "reply", "tone"]
SILENT, EFFECTS, ALL = SOUNDS = ("none", "effects", "all")  # a film's sound; all is with the pad


@dataclass(frozen=True)
class Effect:
    """A sound: its kind, and the height of a tone: a measure from 0, its least, to 1, its most."""

    kind: Kind
    height: float = 0.0


@dataclass(frozen=True)
class TimedEffect:
    """An effect and its time in a clip, seconds."""

    at: float
    effect: Effect


@dataclass(frozen=True)
class TimedSpeech:
    """A text as it is spoken, and when a voice begins to speak it in a clip, seconds."""

    at: float
    text: str


def sound_named(name: str) -> str:
    """Return one of ``SOUNDS`` by its name; effects for no name.

    Raises:
        SoundError: there is no such sound.
    """
    if name and name not in SOUNDS:
        raise SoundError(
            f"there is no sound {name!r}.{did_you_mean(name, SOUNDS)} Choose from: "
            f"{', '.join(SOUNDS)}"
        )
    return name or EFFECTS


def click(color: str) -> Effect:
    """Return the click of a packet of a colour."""
    kinds: dict[str, Kind] = {theme.MODEL: "model", theme.UPDATE: "update"}
    return Effect(kinds.get(color, "reply"))


def tone(height: float) -> Effect:
    """Return the tone of a measure from 0 to 1; what is beyond has the tone of the end."""
    return Effect("tone", min(max(height, 0.0), 1.0))
