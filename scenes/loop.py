"""The loop: a few rounds that end as they began, for a README."""

from scenes import story
from scenes.explainer import Explainer


class Loop(Explainer):
    """Rounds on the stage under one caption. The last frame flows into the first."""

    title = "Federated learning"

    def construct(self) -> None:
        """Tell it."""
        run, stage = self.run, self.stage
        start = story.loop_start(run)
        with self.standing(start, "loop", story.loop(run)):
            for round_, pace in story.loop_rounds(run):
                clients, size = story.picked(run, round_), story.model_size(run)
                for animation in stage.swift_round(clients, size, story.plate(run, round_), pace):
                    self.play(animation)
                self.play(stage.front_end.read(*story.reading(run, round_)))
            self.play(
                stage.release(),
                stage.show_plate(*story.plate(run, start)),
                stage.front_end.read(*story.reading(run, start)),
            )
