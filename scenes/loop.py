"""The loop: a few rounds that end as they began, for a README."""

from scenes.explainer import Explainer
from scenes.story import loop as story


class Loop(Explainer):
    """Rounds on the stage under one caption. The last frame flows into the first."""

    def construct(self) -> None:
        """Tell it."""
        spec = story.tell(self.runs)
        stage = self.set_stage(spec.workers)
        stage.open(spec.plate, spec.reading)
        with self.standing("loop", spec.loop, title=spec.title, on_stage=stage.everything):
            for round_ in spec.rounds:
                for animation in stage.quick_round(round_):
                    self.play(animation)
            self.play(
                stage.release(),
                stage.show_plate(*spec.plate, glow=False),
                stage.front_end.read(*spec.reading),
            )
