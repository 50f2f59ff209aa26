"""The ledger: what left the workers, what came to them, and what stayed."""

from scenes.charts.account import Account
from scenes.explainer import Explainer
from scenes.story import ledger as story


class Ledger(Explainer):
    """Bytes that moved and photos that did not, as bars to one scale."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        chrome = self.chrome
        entries = [*told.travelled, *told.kept]
        account = Account(entries, told.most, self.layout.whole, self.frame)
        around = chrome.title(told.title), chrome.status(told.status)
        with self.beat("moved", told.moved, *around):
            self.play(account.enter(told.travelled))
        with self.beat("stayed", told.stayed):
            if told.kept:
                self.play(account.enter(told.kept))
        if told.balance:
            caption, moved = told.balance
            with self.beat("balance", caption):
                self.play(account.add_up(told.travelled, moved))
