"""The class that a model gives each test image: whether a run keeps it, and how."""

import numpy as np
import numpy.typing as npt
from torch import Tensor

from fl_sim.app.cifar10 import Data
from fl_sim.app.settings import Settings

MOST = 1_000_000  # predictions of one run: about 400 kB
MOST_CLASSES = 256


def are_kept(settings: Settings, data: Data) -> bool:
    """Tell whether a run keeps the predictions for its test images."""
    if len(data.class_names) > MOST_CLASSES or settings.predictions == "none":
        return False
    few = len(data.test) * (settings.num_server_rounds + 1) <= MOST
    return settings.predictions == "all" or (settings.keep == "all" and few)


def packed(classes: Tensor) -> npt.NDArray[np.uint8]:
    """Return classes, int64 (examples,), as a record keeps them."""
    found: npt.NDArray[np.uint8] = classes.numpy().astype(np.uint8)
    return found
