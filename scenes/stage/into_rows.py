"""From the stage to its history: the cards go, their numbers last, and all rounds' chart comes."""

from collections.abc import Iterator

from manim import Animation, AnimationGroup, FadeIn, FadeOut, Group

from scenes import theme
from scenes.charts.history import History
from scenes.stage.crowd_stage import CrowdStage
from scenes.stage.stage import Stage


def into_rows(stage: Stage, history: History) -> Iterator[Animation]:
    """Leave only the workers' names of the stage; these give way to the empty chart as a whole.

    To be played in order. A crowd, which has no names, is squeezed into its rows.
    """
    if isinstance(stage, CrowdStage):
        yield stage.become_rows(history.rows)
        yield history.enter()
        return
    names = Group(*(worker.words for worker in stage.workers))
    cards = [part for w in stage.workers for part in (w.panel, w.recess, w.photos, w.bars)]
    rest = [part for part in stage.everything if part not in stage.workers]
    yield FadeOut(Group(*rest, *cards), run_time=0.8 * theme.MOVE)
    chart = AnimationGroup(FadeIn(history.rows), history.enter(), run_time=0.8 * theme.MOVE)
    yield AnimationGroup(FadeOut(names, run_time=0.4 * theme.MOVE), chart, lag_ratio=1)
