"""The chapter on what updates give away: photos that an attack rebuilt from them."""

from scenes.charts.packet import Packet
from scenes.charts.rebuilt import Rebuilt
from scenes.explainer import Explainer
from scenes.story import what_leaks as story


class WhatLeaks(Explainer):
    """A packet opens to numbers; a photo comes out of them, and less of it the more there were."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        packet = Packet(spec.leak, self.layout.untitled, self.frame)
        rebuilt = Rebuilt(spec.leak, self.layout.untitled, self.frame)
        self.add(packet.closed)
        with self.beat("packet", spec.packet):
            self.play(packet.open())
        with self.beat("rebuilt", spec.rebuilt, packet.shrink(rebuilt.between)):
            self.play(packet.leave(), rebuilt.enter())
            self.play(rebuilt.rebuild())
        with self.beat("outcome", spec.outcome):
            pass
        if spec.more and spec.most:
            with self.beat("more", spec.more):
                self.play(rebuilt.make_room())
                self.play(rebuilt.show_more())
                self.play(rebuilt.compare())
            with self.beat("most", spec.most, rebuilt.mark_last()):
                pass
