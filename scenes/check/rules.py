"""The list of all rules."""

from scenes.check import film
from scenes.check.blackouts import Blackouts
from scenes.check.captions import Captions
from scenes.check.colour_vision import ColourVision
from scenes.check.contrast import ShapeContrast, TextContrast
from scenes.check.finding import Rule
from scenes.check.flashes import Flashes
from scenes.check.leftovers import LeftOver
from scenes.check.margins import InFrame, SafeArea
from scenes.check.motion import MovingGroups
from scenes.check.overlaps import Overlap
from scenes.check.settled import Settled
from scenes.check.sizes import TextHeight


def all_rules() -> list[Rule]:
    """Return a new instance of every rule, for one scene."""
    return [
        Captions(),
        Blackouts(),
        TextContrast(),
        ShapeContrast(),
        TextHeight(),
        SafeArea(),
        InFrame(),
        Overlap(),
        ColourVision(),
        Flashes(),
        MovingGroups(),
        Settled(),
        LeftOver(),
        *film.rules(),
    ]
