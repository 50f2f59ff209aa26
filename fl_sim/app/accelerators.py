"""The device that a run computes on."""

import torch

from fl_sim.app.settings import SettingError


def named(name: str) -> torch.device:
    """Return a device.

    Args:
        name: as the setting ``device`` has it; ``auto`` is a GPU if there is one, else the CPU.

    Raises:
        SettingError: this machine has no such device.
    """
    found = torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    if name not in ("auto", "cpu", found.type):
        raise SettingError(f"device is {name}, and PyTorch finds none here; set device=auto")
    return torch.device("cpu") if name == "cpu" else found
