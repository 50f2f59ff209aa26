"""Who holds which examples, on a dozen of them where that can be counted by hand."""

import hashlib
import sys
from pathlib import Path

import pytest
import torch
from datasets import Dataset
from flwr_datasets.partitioner import IidPartitioner
from processes import run
from torch import Tensor

from fl_sim.app import cifar10, task
from fl_sim.app.folder import DataError
from fl_sim.app.partitioners import PARTITIONERS
from fl_sim.app.settings import Settings, Value


def settings(partitioning: str, clients: int, **more: Value) -> Settings:
    config = {key.replace("_", "-"): value for key, value in more.items()}
    return Settings.of({"partitioning": partitioning, "num-partitions": clients, **config})


def split(labels: Tensor, positions: Tensor, settings: Settings) -> list[Tensor]:
    return list(settings.partitioning.split(labels, positions, settings))


def dealt(labels: list[int], settings: Settings) -> list[list[int]]:
    """Return the labels that each client gets; position i is 100 + i, so as not to be i."""
    examples = torch.tensor(labels)
    parts = split(examples, torch.arange(len(labels)) + 100, settings)
    return [examples[part - 100].tolist() for part in parts]


@pytest.mark.parametrize(("examples", "clients"), [(12, 3), (13, 3), (400, 7), (5, 5)])
def test_iid_is_flowers(examples: int, clients: int) -> None:
    positions = torch.randperm(examples, generator=torch.Generator().manual_seed(0))
    theirs = IidPartitioner(clients)
    theirs.dataset = Dataset.from_dict({"position": positions.numpy()})
    ours = split(positions, positions, settings("iid", clients))
    for client, part in enumerate(ours):
        assert part.tolist() == theirs.load_partition(client)["position"][:]


def test_iid_needs_no_seconds_of_imports() -> None:
    program = (
        "import sys, torch; from fl_sim.app.settings import Settings; s = Settings(); "
        "list(s.partitioning.split(torch.arange(9), torch.arange(9), s)); "
        "print('datasets' in sys.modules)"
    )
    assert run(sys.executable, "-c", program).stdout == "False\n"


def test_iid_is_a_cut_into_equal_pieces() -> None:
    positions = torch.tensor([5, 3, 1, 0, 2, 4])
    parts = split(torch.zeros(6), positions, settings("iid", 3))
    assert [part.tolist() for part in parts] == [[5, 3], [1, 0], [2, 4]]
    assert {part.dtype for part in parts} == {torch.int64}


def test_unequal_gives_client_k_one_share_more_than_client_k_minus_1() -> None:
    assert [len(part) for part in dealt([0] * 12, settings("unequal", 3))] == [2, 4, 6]


def test_pathological_gives_so_many_classes_and_shares_each_equally() -> None:
    labels = [0, 1, 2] * 12
    parts = dealt(labels, settings("pathological", 3, classes_per_client=2))
    held = [set(part) for part in parts]
    assert [len(classes) for classes in held] == [2, 2, 2]
    # Client k has class k for its first, so that every class has an owner.
    assert all(client in classes for client, classes in enumerate(held))
    for label in range(3):
        owners = sum(label in classes for classes in held)
        assert {part.count(label) for part in parts} <= {0, 12 // owners}


def test_pathological_with_all_classes() -> None:
    parts = dealt([0, 1] * 4, settings("pathological", 2, classes_per_client=2))
    assert [(part.count(0), part.count(1)) for part in parts] == [(2, 2), (2, 2)]


def test_pathological_leaves_out_classes_that_no_client_has() -> None:
    parts = dealt([0, 1, 2, 3] * 3, settings("pathological", 2, classes_per_client=1))
    assert parts == [[0, 0, 0], [1, 1, 1]]


def share(alpha: float) -> float:
    """Return the mean share of a client's most frequent class, of 10 classes."""
    parts = dealt(list(range(10)) * 100, settings("dirichlet", 5, dirichlet_alpha=alpha))
    shares = [max(torch.bincount(torch.tensor(part))).item() / len(part) for part in parts]
    return sum(shares) / len(shares)


def test_dirichlet_with_a_large_alpha_is_iid_and_with_a_small_one_is_not() -> None:
    assert share(1e6) == pytest.approx(0.1, abs=0.01)
    assert share(0.1) > 0.3


@pytest.mark.parametrize("name", ["iid", "unequal", "dirichlet"])
def test_every_example_has_one_owner(name: str) -> None:
    positions = torch.randperm(400, generator=torch.Generator().manual_seed(0))
    parts = split(positions % 10, positions, settings(name, 4))
    assert torch.equal(torch.cat(parts).sort().values, torch.arange(400))


@pytest.mark.parametrize("name", PARTITIONERS)
def test_one_client_may_hold_everything(name: str) -> None:
    parts = dealt([0, 1] * 20, settings(name, 1))
    assert [len(part) for part in parts] == [40]


@pytest.mark.parametrize("name", ["dirichlet", "pathological"])
def test_the_seed_decides_and_nothing_else(name: str) -> None:
    labels = list(range(10)) * 40
    one, same, other = (dealt(labels, settings(name, 4, seed=seed)) for seed in (0, 0, 1))
    assert one == same
    assert one != other


@pytest.mark.parametrize("name", PARTITIONERS)
def test_the_clients_of_the_app(small: Path, name: str) -> None:
    data = cifar10.load(str(small))
    parts = task.partition(data, settings(name, 4))
    assert all(len(part.train) > len(part.validation) > 0 for part in parts)
    held = torch.cat([torch.cat([part.train, part.validation]) for part in parts])
    assert len(held.unique()) == len(held)


def digest(parts: tuple[task.Part, ...]) -> str:
    held: list[Tensor] = [half for part in parts for half in (part.train, part.validation)]
    return hashlib.sha256(torch.cat(held).numpy().tobytes()).hexdigest()[:16]


def test_iid_stays_what_committed_records_were_made_with(small: Path) -> None:
    assert (
        digest(task.partition(cifar10.load(str(small)), settings("iid", 4))) == "5f60c3856cd44f1a"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (settings("iid", 400), "client 0 would hold 1 image, too few"),
        (settings("unequal", 30), "400 images cannot be dealt out to 30 clients; lower"),
        (settings("dirichlet", 60), "400 images cannot be dealt out to 60 clients; lower"),
        (settings("pathological", 4, classes_per_client=11), "greater than the number of unique"),
    ],
)
def test_too_few_images_or_classes(small: Path, given: Settings, message: str) -> None:
    with pytest.raises(DataError, match=message):
        task.partition(cifar10.load(str(small)), given)
