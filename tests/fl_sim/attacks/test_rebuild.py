"""What a gradient gives away: features exactly, and photos as far as descent comes."""

import pytest
import torch
from quick_run import SMALL
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # torch's own name for it

from fl_sim.app import cifar10, lenet, task
from fl_sim.app.networks import LeNet
from fl_sim.attacks.features import solve
from fl_sim.attacks.rebuild import Effort, Knowledge, Objective, Prior, Rebuilt, rebuild
from fl_sim.attacks.subject import masked, noised, scaled
from fl_sim.attacks.victim import Features, Weights, by_layer, gradients, weights_of

QUICK = Effort(steps=40, restarts=2, seed=1)


def photos(count: int, first: int = 0) -> tuple[Tensor, Tensor]:
    torch.set_num_threads(1)
    train = cifar10.load(str(SMALL)).train
    index = torch.arange(first, first + count)
    return scaled(train.images(index)), train.labels[index]


def gradient(model: lenet.Net, x: Tensor, y: Tensor) -> Weights:
    loss = F.cross_entropy(model(x), y)
    names, tensors = zip(*model.named_parameters(), strict=True)
    return dict(zip(names, torch.autograd.grad(loss, tensors), strict=True))


def update(model: lenet.Net, x: Tensor, y: Tensor) -> Weights:
    return {name: -0.01 * each for name, each in gradient(model, x, y).items()}


def features(model: lenet.Net, x: Tensor) -> Tensor:
    for layer in (model.conv1, model.conv2):
        x = F.relu(F.max_pool2d(layer(x), 2))
    return x.flatten(1).detach()


def prior() -> Prior:
    return Prior.of(photos(100, first=200)[0])


def knowledge(seen: Weights, model: lenet.Net, y: Tensor) -> Knowledge:
    return Knowledge(weights_of(model), seen, y, prior())


def error(found: Tensor, true: Tensor) -> float:
    return float(((found - true) ** 2).mean())


def test_hard_pools_give_the_network_s_own_gradient() -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(3)
    _, found = gradients(weights_of(model), x[None], y, Features.none(3, 400), 0.0)
    for layer, true in by_layer(gradient(model, x, y)).items():
        torch.testing.assert_close(found[layer][0], true, atol=1e-7, rtol=1e-4)


def test_soft_pools_come_close_as_they_harden() -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(1)
    true = by_layer(gradient(model, x, y))["conv2"]
    apart = []
    for softness in (1.0, 0.1, 0.001):
        _, found = gradients(weights_of(model), x[None], y, Features.none(1, 400), softness)
        apart.append(float((found["conv2"][0] - true).norm() / true.norm()))
    assert apart[0] > apart[1] > apart[2]
    assert apart[2] < 0.05


def test_one_photo_s_gradient_gives_its_features() -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(1)
    found = solve(update(model, x, y), weights_of(model), y)
    assert found.known.all()
    torch.testing.assert_close(found.values, features(model, x), atol=1e-5, rtol=1e-4)


def test_photos_of_one_step_are_told_apart_by_units_that_one_alone_activates() -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(3, first=6)
    assert len(set(y.tolist())) == 3
    found = solve(update(model, x, y), weights_of(model), y)
    true = features(model, x)
    assert found.known.any()
    for i in found.known.nonzero().flatten().tolist():
        apart = (found.values[i] - true).norm(dim=1) / true.norm(dim=1)
        assert int(apart.argmin()) == i  # each goes to its own label
        assert float(apart.min()) < 0.01


@pytest.mark.parametrize("count", [1, 3])
def test_the_true_photos_are_no_distance_away(count: int) -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(count, first=6)
    objective = Objective(knowledge(update(model, x, y), model, y))
    assert objective.features.known.any()
    assert float(objective.distances(x[None], 0.0)) == pytest.approx(0, abs=1e-3)


def test_frequencies_are_another_way_to_write_photos() -> None:
    x, known = photos(4)[0], prior()
    torch.testing.assert_close(known.photos(known.frequencies(x)), x, atol=1e-4, rtol=0)


@pytest.fixture(scope="module")
def attacked() -> tuple[Tensor, Rebuilt]:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(1, first=5)
    return x, rebuild(knowledge(update(model, x, y), model, y), QUICK)


def test_a_few_steps_come_nearer_than_the_mean_image(attacked: tuple[Tensor, Rebuilt]) -> None:
    true, found = attacked
    assert found.history.shape == (5, 1, 3, 32, 32)
    assert torch.equal(found.history[-1], found.photos)
    assert error(found.photos, true) < 0.7 * error(prior().mean, true[0])


def test_the_same_seed_gives_the_same_photo(attacked: tuple[Tensor, Rebuilt]) -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(1, first=5)
    known = knowledge(update(model, x, y), model, y)
    assert torch.equal(rebuild(known, QUICK).photos, attacked[1].photos)
    assert not torch.equal(rebuild(known, Effort(40, 2, 2)).photos, attacked[1].photos)


def test_the_size_of_an_update_tells_nothing_new(attacked: tuple[Tensor, Rebuilt]) -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(1, first=5)
    half = {name: each / 2 for name, each in update(model, x, y).items()}
    torch.testing.assert_close(
        rebuild(knowledge(half, model, y), QUICK).photos, attacked[1].photos, atol=1e-3, rtol=0
    )


def test_a_masked_update_gives_nothing(attacked: tuple[Tensor, Rebuilt]) -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(1, first=5)
    hidden = masked(update(model, x, y), 1, seed=0)
    found = rebuild(knowledge(hidden, model, y), QUICK)
    assert torch.isfinite(found.photos).all()
    assert error(found.photos, x) > error(prior().mean, x[0])
    # What was found does not depend on the photo: another one under the same mask gives as much.
    assert found.distance > attacked[1].distance


def test_noise_hides_a_photo_by_its_size(attacked: tuple[Tensor, Rebuilt]) -> None:
    model, (x, y) = task.initial_model(3, 10, LeNet()), photos(1, first=5)
    sent = update(model, x, y)
    little, much = (
        error(rebuild(knowledge(noised(sent, noise, 0), model, y), QUICK).photos, x)
        for noise in (1e-6, 1.0)
    )
    assert little == pytest.approx(error(attacked[1].photos, x), rel=0.2)
    assert much > error(prior().mean, x[0])


def test_noise_and_clipping_have_the_size_that_is_said() -> None:
    sent = {"w": torch.full((10_000,), 0.03)}  # norm 3
    found = noised(sent, 0.5, seed=4)["w"]
    assert float(found.mean()) == pytest.approx(0.015, abs=0.06)
    assert float(found.std()) == pytest.approx(1.5, rel=0.05)
    clipped = noised(sent, 0.0, seed=4)["w"]
    assert float(clipped.norm()) == pytest.approx(1.5, rel=1e-5)
