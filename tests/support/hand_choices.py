"""Choices of records made by hand, by what chapters show of them."""

import os
from collections.abc import Callable
from pathlib import Path

from hand import hand_pair, hand_run, hand_seeds, saved
from hand_private import hand_attacked, hand_masked, hand_noised
from hand_tested import hand_alone, hand_answered

from fl_sim import record

CHOICES: dict[str, Callable[..., list[record.Run]]] = {
    "pair": hand_pair,
    "seeds": hand_seeds,
    "attacked": hand_attacked,
    "masked": hand_masked,
    "noised": hand_noised,
    "alone": hand_alone,
    "answered": hand_answered,
}


def saved_choice(folder: Path, choice: str = "", **numbers: int) -> str:
    """Save a run, or a choice of several, and return what ``FEDREEL_RUN`` should say."""
    runs = CHOICES[choice](**numbers) if choice else [hand_run(**numbers)]
    return os.pathsep.join(saved(folder, run) for run in runs)
