"""The loop: a few rounds that end as they began, for a README."""

from scenes.explainer import Explainer
from scenes.story import loop as story


class Loop(Explainer):
    """Rounds on the stage under one caption. The last frame flows into the first."""

    def construct(self) -> None:
        """Tell it."""
        told = story.tell(self.runs)
        stage = self.set_stage(told.workers)
        stage.open(told.plate, told.reading)
        with self.standing("loop", told.loop, title=told.title, on_stage=stage.everything):
            for round_ in told.rounds:
                for animation in stage.swift_round(round_):
                    self.play(animation)
            self.play(
                stage.release(),
                stage.show_plate(*told.plate, glow=False),
                stage.front_end.read(*told.reading),
            )
