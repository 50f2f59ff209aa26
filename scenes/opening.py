"""The opening: the film's title, and rounds that play under it."""

from scenes.charts.title_card import TitleCard
from scenes.drawing.layout import layout
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.stage.factory import stage_for
from scenes.story import opening as story


class Opening(Explainer):
    """The title appears; then the stage plays the run's first rounds under it."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        self.layout = layout(self.frame)
        card = TitleCard(spec.phrases, self.layout)
        stage = stage_for(card.under(self.layout), spec.stage)
        with self.beat("title", spec.subject, card.enter(), brisk(stage.enter_workers())):
            self.play(stage.enter_coordinator(), stage.show_plate(*spec.plate))
            entering = stage.enter_front_end(), stage.front_end.read(spec.reading)
            self.play(brisk(stage.connect()), *entering)
        with self.beat("rounds", spec.rounds):
            for counter, round_ in spec.played:
                steps = stage.quick_round(round_)
                self.play(next(steps), card.count(counter))
                for animation in steps:
                    self.play(brisk(animation))
            self.play(brisk(stage.release()))
