"""The closing chapter: one test photo from the first model to the last, and all of them."""

from scenes.charts.ending import Ending
from scenes.explainer import Explainer
from scenes.story import closing as story


class Closing(Explainer):
    """A photo and what the model makes of it; then it joins all others, above the workers."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        ending = Ending(spec.photo, spec.together, self.layout, self.frame)
        if spec.photo:
            self.add(*ending.at_first())
            with self.beat("photo", spec.photo.caption, late=True):
                self.play(ending.grow_bars())
                self.play(ending.learn())
        joining = ending.join_the_others() if spec.photo else ()
        with self.beat("together", spec.together.caption, *joining, late=True):
            self.play(ending.enter())
            self.play(ending.light())
            self.play(ending.tell())
