"""The margin rules: text inside the safe area, everything inside the frame."""

from scenes.check.finding import Fault, Rule
from scenes.check.moment import Moment

TOLERANCE = 1.5  # pixels of 1080
# Capitals and baselines keep the margins; accents and descenders may extend by so many pixels.
OVERSHOOT = 12.0
FAINT = 0.05  # opacity below which a part at the frame's edge is invisible


class SafeArea(Rule):
    """Text stays in the safe area: 5% margins; in 9:16 also clear of a phone's controls."""

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the visible texts that extend beyond the safe area."""
        left, bottom, right, top = moment.safe
        over = moment.units(OVERSHOOT)
        area = type(moment.safe)(left, bottom - over, right, top + over)
        return [
            Fault("safe area", text.words, beyond, TOLERANCE, "px", (text.box,))
            for text in moment.texts
            if (beyond := moment.px(text.box.beyond(area))) > TOLERANCE
        ]


class InFrame(Rule):
    """No visible part extends beyond the frame."""

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the visible parts that extend beyond the frame."""
        return [
            Fault("in frame", type(part.mobject).__name__, beyond, TOLERANCE, "px", (part.box,))
            for part in moment.parts
            if part.opacity > FAINT
            and (beyond := moment.px(part.box.beyond(moment.view))) > TOLERANCE
        ]
