"""The chapter on training: one worker's first step slowly, then all of them."""

from scenes import theme
from scenes.charts.training import Training as Picture
from scenes.drawing.layout import layout
from scenes.explainer import Explainer
from scenes.story import training as story


class Training(Explainer):
    """What one worker does in a round: look, guess, nudge, and again."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        self.layout = layout(self.frame, spec.num_workers)
        picture = Picture(spec.training, self.layout.untitled, self.frame)
        self.add(*picture.held)
        with self.beat("step", spec.step, picture.enter()):
            self.play(picture.look())
            self.play(picture.guess())
            self.play(picture.nudge())
        with self.beat("steps", spec.steps):
            self.play(picture.train())
        self.play(picture.leave(self.layout.worker(spec.worker)))
        self.wait(theme.SWAP)
