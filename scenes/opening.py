"""The film's title, and rounds that play under it."""

from scenes.charts.title_card import TitleCard
from scenes.drawing.layout import layout
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.stage.crowd_stage import stage_for
from scenes.story import opening as story


class Opening(Explainer):
    """The title is said; then the stage plays the run's first rounds under it."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        self.layout = layout(self.frame, len(told.workers))
        card = TitleCard(told.phrases, self.layout)
        stage = stage_for(card.under(self.layout), told.workers)
        with self.beat("title", told.subject, card.say(), brisk(stage.enter_workers())):
            self.play(stage.enter_coordinator(), stage.show_plate(*told.plate))
            entering = stage.enter_front_end(), stage.front_end.read(*told.reading)
            self.play(brisk(stage.connect()), *entering)
        with self.beat("rounds", told.rounds):
            for counter, round_ in told.played:
                steps = stage.swift_round(round_)
                self.play(next(steps), card.count(counter))
                for animation in steps:
                    self.play(brisk(animation))
            self.play(brisk(stage.release()))
