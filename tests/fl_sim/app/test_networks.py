"""Networks, the images that they are trained on, and the device that computes."""

import pytest
import torch
from torchvision.transforms.v2 import functional as v2  # type: ignore[import-untyped]

from fl_sim.app import accelerators, task
from fl_sim.app.augmentation import MARGIN, augmented
from fl_sim.app.networks import NETWORKS, ResNet20
from fl_sim.app.settings import SettingError

SIZES = {"lenet": 62_006, "resnet20": 272_474}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_has_as_many_weights_as_its_text_says(name: str) -> None:
    model = NETWORKS[name]().make(10)
    assert sum(parameter.numel() for parameter in model.parameters()) == SIZES[name]
    assert f"{SIZES[name]:,}" in str(NETWORKS[name].__doc__)
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_a_resnet_does_not_mix_the_images_of_a_batch() -> None:
    model = task.initial_model(0, 10, ResNet20())
    images = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    alone = torch.cat([model(image[None]) for image in images])
    assert torch.allclose(model(images), alone, atol=1e-5)


def test_an_augmented_image_is_a_crop_of_itself_perhaps_flipped() -> None:
    images = torch.randint(256, (8, 3, 6, 6), dtype=torch.uint8)
    found = augmented(images, torch.Generator().manual_seed(3))
    assert torch.equal(found, augmented(images, torch.Generator().manual_seed(3)))
    places = [(y, x) for y in range(2 * MARGIN + 1) for x in range(2 * MARGIN + 1)]
    flipped = set()
    for image, one in zip(images, found, strict=True):
        wide = v2.pad(image, [MARGIN] * 4)
        crops = [wide[:, y : y + 6, x : x + 6] for y, x in places]
        flips = {flip for flip in (False, True) for crop in crops
                 if torch.equal(crop.flip(2) if flip else crop, one)}  # fmt: skip
        assert flips
        flipped |= flips
    assert flipped == {False, True}


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(check_available: bool) -> None:
        assert check_available

    monkeypatch.setattr(torch.accelerator, "current_accelerator", none)
    assert accelerators.named("auto") == accelerators.named("cpu") == torch.device("cpu")
    with pytest.raises(SettingError, match="device is cuda, and PyTorch finds none here"):
        accelerators.named("cuda")
    monkeypatch.setattr(
        torch.accelerator, "current_accelerator", lambda check_available: torch.device("cuda")
    )
    assert accelerators.named("auto") == accelerators.named("cuda") == torch.device("cuda")
    assert accelerators.named("cpu") == torch.device("cpu")
