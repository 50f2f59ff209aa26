"""The chapter on the ledger: bytes sent, bytes received, and photos that stayed."""

from scenes.charts.amounts import Amounts
from scenes.explainer import Explainer
from scenes.story import ledger as story


class Ledger(Explainer):
    """Bars to one scale for moved bytes and for photos that stayed."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        chrome = self.chrome
        entries = [*spec.travelled, *spec.kept]
        account = Amounts(entries, spec.most, self.layout.whole, self.frame)
        self.add(account.at_first(spec.travelled))
        with self.beat("moved", spec.moved, chrome.status(spec.status)):
            self.play(account.enter(spec.travelled))
        if spec.stayed:
            with self.beat("stayed", spec.stayed):
                if spec.kept:
                    self.play(account.enter(spec.kept))
        if spec.balance:
            caption, moved = spec.balance
            with self.beat("balance", caption):
                self.play(account.add_up(spec.travelled, moved))
