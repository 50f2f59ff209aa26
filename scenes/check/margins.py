"""Text stays inside the safe area, and everything inside the frame."""

from scenes.check.finding import Fault, Glance
from scenes.check.moment import Moment

LOOSE = 1.5  # pixels of 1080 that don't count
# The margins are kept by capitals and baselines: what accents and descenders reach beyond.
OVERSHOOT = 12.0
FAINT = 0.05  # opacity below which nothing is seen at the frame's edge


class SafeArea(Glance):
    """Text stands in the safe area: 5% margins, in 9:16 clear of a phone's own controls."""

    def see(self, moment: Moment) -> list[Fault]:
        """Look at every visible text."""
        left, bottom, right, top = moment.safe
        over = moment.units(OVERSHOOT)
        area = type(moment.safe)(left, bottom - over, right, top + over)
        return [
            Fault("safe area", text.words, beyond, LOOSE, "px", (text.box,))
            for text in moment.texts
            if (beyond := moment.px(text.box.beyond(area))) > LOOSE
        ]


class InFrame(Glance):
    """Nothing that can be seen reaches out of the frame."""

    def see(self, moment: Moment) -> list[Fault]:
        """Look at everything that is drawn."""
        return [
            Fault("in frame", type(part.mobject).__name__, beyond, LOOSE, "px", (part.box,))
            for part in moment.parts
            if part.opacity > FAINT and (beyond := moment.px(part.box.beyond(moment.view))) > LOOSE
        ]
