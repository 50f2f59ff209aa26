"""The chapter of credits: the film's title, where its numbers come from, and thanks."""

from scenes.drawing.chrome import title_card
from scenes.explainer import Explainer
from scenes.story import credits as story


class Credits(Explainer):
    """The film's title and the runs behind it; then thanks."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        self.add(title_card(spec.film, spec.recorded, self.frame))
        with self.beat("runs", spec.runs):
            pass
        with self.beat("thanks", spec.thanks):
            pass
