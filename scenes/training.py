"""The chapter on training: one worker's first step slowly, then all of them."""

from scenes import theme
from scenes.charts.training import Training as Picture
from scenes.explainer import Explainer
from scenes.stage.places import place_of
from scenes.story import training as story


class Training(Explainer):
    """What one worker does in a round: look, guess, nudge, and again."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        picture = Picture(spec.training, self.layout.untitled, self.frame)
        self.add(*picture.held)
        with self.beat("step", spec.step, picture.enter()):
            self.play(picture.look())
            self.play(picture.guess())
            self.play(picture.nudge())
        with self.beat("steps", spec.steps):
            self.play(picture.train())
        row = self.layout.workers
        self.play(picture.leave(place_of(spec.worker, row, spec.num_workers, self.frame)))
        self.wait(theme.SWAP)
