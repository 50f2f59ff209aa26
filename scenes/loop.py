"""The loop for a README: a few rounds that end with the first picture."""

from scenes.stage.scene import StageScene
from scenes.story import loop as story


class Loop(StageScene):
    """Rounds on the stage with one caption, without a visible end."""

    def construct(self) -> None:
        """Play the rounds."""
        spec = self.tell(story.tell)
        stage = self.set_stage(spec.stage)
        stage.open(spec.plate, spec.reading)
        with self.static_beat("loop", spec.loop, stage.everything):
            for round_ in spec.rounds:
                for animation in stage.quick_round(round_):
                    self.play(animation)
            self.play(
                stage.release(),
                stage.show_plate(*spec.plate, glow=False),
                stage.front_end.read(spec.reading),
                stage.dial.hide(),
            )
