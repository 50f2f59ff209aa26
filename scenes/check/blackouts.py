"""The blackout rule: the picture never vanishes."""

import numpy as np
from PIL import Image

from scenes.check.film import is_chapter, opening_play
from scenes.check.finding import Fault, Rule
from scenes.check.flashes import INK
from scenes.check.moment import Moment, Pixels

RULE = "blackout"
LONGEST = 0.3  # seconds
FLOOR = 0.002  # part of the frame: a square of 64 pixels at 1080p
SEEN = 8  # of 255 by which a pixel's colour differs from the ground's
EDGES = ("caption", "title")


class Blackouts(Rule):
    """In a chapter, some picture is on screen at any time; a caption or a title is none.

    At a chapter's begin, after its title card, and at its end it may be gone: ``begin`` and ``end``
    have the seconds of both, to be judged where chapters are joined.
    """

    def __init__(self) -> None:
        self.begin = 0.0
        self.end = 0.0
        self._ground = np.zeros(0, np.uint8), np.zeros(0, np.uint8)  # as it is, and small
        self._since: float | None = 0.0  # when the picture went
        self._until = 0.0
        self._place = ""

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return a fault when a picture comes back too late."""
        if not is_chapter(moment.scene) or self._is_card(moment):
            return []
        if self._ink(moment) < FLOOR:
            if self._since is None:
                self._since, self._place = moment.time - moment.seconds_still, moment.beat
            self._until = moment.time
            return []
        since, self._since = self._since, None
        if since is None:
            return []
        if not self._place:  # nothing was there before
            self.begin, self._place = self._until - since, moment.beat
            return []
        seconds = self._until - since
        if seconds <= LONGEST:
            return []
        return [Fault(RULE, "the picture", seconds, LONGEST, "s", place=(self._place, since))]

    def check_scene(self, last: Moment) -> list[Fault]:
        """Return nothing; note for how long the picture has been gone."""
        self.end = 0.0 if self._since is None else self._until - self._since
        return []

    def _is_card(self, moment: Moment) -> bool:
        """Whether a chapter's title card is on screen, before which nothing was there."""
        card = moment.play < opening_play(moment.scene)
        if card:
            self._since = self._until = moment.time
        return card

    def _ink(self, moment: Moment) -> float:
        """Return the part of the frame that differs from the ground."""
        picture = moment.ground
        below = self._below(moment, picture)
        differs = np.maximum(picture, below) - np.minimum(picture, below) > SEEN
        red, green, blue = np.moveaxis(differs, 2, 0)
        frame = moment.view.width * moment.view.height
        texts = (text for text in moment.texts if text.role not in EDGES)
        written = sum(INK * text.opacity * text.box.width * text.box.height for text in texts)
        return float((red | green | blue).mean() + written / frame)

    def _below(self, moment: Moment, picture: Pixels) -> Pixels:
        """Return the ground in the size of a picture."""
        known, small = self._ground
        if not np.array_equal(known, moment.background):
            size = picture.shape[1], picture.shape[0]
            whole = Image.fromarray(moment.background)
            small = np.array(whole.resize(size, Image.Resampling.BOX))[..., :3]
            self._ground = moment.background.copy(), small
        return small
