"""Samples: float32 from -1 to 1, of shape (samples, 2), left and right, ``RATE`` in a second."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

RATE = 48_000  # samples a second; Opus has this rate alone
