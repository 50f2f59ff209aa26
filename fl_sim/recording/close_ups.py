"""Close looks at a client's training, as a reply carries them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fl_sim import record

# By field of the record: the name in the report of a client.
NAMES = {
    name: f"close-up-{name}"
    for name in ("label", "image", "steps", "probabilities", "moved-steps", "moved", "largest")
}
EXAMPLES, PLACE = "close-up-examples", "close-up-place"
IMAGE_SHAPE = (32, 32, 3)


def close_up_in(report: Mapping[str, Any]) -> record.CloseUp | None:
    """Return the close look that a client reported; None if it reported none."""
    if NAMES["steps"] not in report:
        return None
    seen = {name: report[key] for name, key in NAMES.items()}
    steps, moved_steps = tuple(seen["steps"]), tuple(seen["moved-steps"])
    probabilities = np.array(seen["probabilities"], dtype=np.float32)
    moved = np.frombuffer(seen["moved"], dtype=np.uint8)
    return record.CloseUp(
        label=seen["label"],
        image=np.frombuffer(seen["image"], dtype=np.uint8).reshape(IMAGE_SHAPE),
        steps=steps,
        probabilities=probabilities.reshape(len(steps), -1 if steps else 0),
        moved_steps=moved_steps,
        moved=moved.reshape(len(moved_steps), -1 if moved_steps else 0),
        largest=tuple(seen["largest"]),
        examples=None if EXAMPLES not in report else np.frombuffer(report[EXAMPLES], np.uint8),
        place=report.get(PLACE),
    )
