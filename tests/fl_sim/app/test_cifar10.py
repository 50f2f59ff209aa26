"""CIFAR-10 from the hub, from a folder and from torchvision: the same images in the same order."""

import hashlib
import pickle
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import datasets
import pyarrow as pa
import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Image, Value
from PIL import Image as Picture
from pyarrow import parquet
from torchvision.datasets import CIFAR10

from fl_sim.app import cifar10
from fl_sim.app.folder import DataError


@pytest.fixture
def data(small: Path) -> cifar10.Data:
    return cifar10.load(str(small))


def test_the_small_dataset(data: cifar10.Data) -> None:
    assert (len(data.train), len(data.test), data.name) == (400, 100, "cifar10-small")
    assert data.class_names[0] == "airplane"
    assert torch.bincount(data.train.labels).tolist() == [40] * 10
    images = data.train.images(torch.tensor([5, 5, 0]))
    assert (images.shape, images.dtype) == ((3, 3, 32, 32), torch.uint8)
    assert torch.equal(images[0], images[1])


def test_the_library_reads_the_same_as_this_module_does(
    small: Path, data: cifar10.Data, tmp_path: Path
) -> None:
    # Without the names of the classes, which the card of the dataset knows too.
    for path in small.rglob("*.parquet"):
        parquet.write_table(
            parquet.read_table(path).replace_schema_metadata(), tmp_path / path.name
        )
    shutil.copy(small / "README.md", tmp_path)
    card = tmp_path / "README.md"
    card.write_text(card.read_text().replace("plain_text/t", "t"))
    other = cifar10.load(str(tmp_path))
    assert other.class_names == data.class_names
    assert other.fingerprint() == data.fingerprint()


def test_the_fingerprint_is_of_labels_and_pixels(data: cifar10.Data) -> None:
    assert data.fingerprint() == data.fingerprint()
    swapped = replace(data, train=data.test, test=data.train)
    assert swapped.fingerprint() != data.fingerprint()


# --- as torchvision keeps it


def write_batches(folder: Path, data: cifar10.Data) -> dict[str, str]:
    """Write a dataset as the archive of CIFAR-10 has it; return the MD5 of each file."""
    folder.mkdir(parents=True)
    content: dict[str, object] = {"batches.meta": {"label_names": list(data.class_names)}}
    pieces = [*torch.arange(len(data.train)).tensor_split(5), torch.arange(len(data.test))]
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    for name, piece in zip(names, pieces, strict=True):
        split = data.test if name == "test_batch" else data.train
        pixels = split.images(piece).flatten(1).numpy()
        content[name] = {"data": pixels, "labels": split.labels[piece].tolist()}
    for name, value in content.items():
        (folder / name).write_bytes(pickle.dumps(value))
    return {name: hashlib.md5((folder / name).read_bytes()).hexdigest() for name in content}


@pytest.fixture
def made_by_torchvision(
    tmp_path: Path, data: cifar10.Data, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return a folder with the small dataset, whose checksums torchvision takes for CIFAR-10's."""
    digests = write_batches(tmp_path / "there" / cifar10.BATCHES, data)
    train = [[f"data_batch_{number}", digests[f"data_batch_{number}"]] for number in range(1, 6)]
    monkeypatch.setattr(CIFAR10, "train_list", train)
    monkeypatch.setattr(CIFAR10, "test_list", [["test_batch", digests["test_batch"]]])
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": digests["batches.meta"]})
    return tmp_path / "there"


def test_the_folder_of_torchvision_has_the_same_fingerprint(
    made_by_torchvision: Path, data: cifar10.Data
) -> None:
    other = cifar10.load(str(made_by_torchvision))
    assert (other.class_names, other.name) == (data.class_names, "cifar10")
    assert other.fingerprint() == data.fingerprint()


def test_a_damaged_folder_of_torchvision(made_by_torchvision: Path) -> None:
    (made_by_torchvision / cifar10.BATCHES / "data_batch_3").write_bytes(b"")
    with pytest.raises(DataError, match="cifar-10-batches-py is incomplete or damaged"):
        cifar10.load(str(made_by_torchvision))


@pytest.fixture
def without_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], cifar10.Data]:
    """Return a function that loads CIFAR-10 where the hub cannot be reached."""

    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("Couldn't reach the Hub")

    monkeypatch.setattr(datasets, "load_dataset", unreachable)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return lambda: cifar10.load.__wrapped__(cifar10.NAME)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the files of a folder on this machine; give the address."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_without_the_hub_torchvision_downloads_it_once(
    made_by_torchvision: Path,
    without_hub: Callable[[], cifar10.Data],
    data: cifar10.Data,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    archive = made_by_torchvision / "archive.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(made_by_torchvision / cifar10.BATCHES, cifar10.BATCHES)
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(archive.read_bytes()).hexdigest())
    with served(archive.parent) as address:
        monkeypatch.setattr(CIFAR10, "url", f"{address}/{archive.name}")
        assert without_hub().fingerprint() == data.fingerprint()
    assert "100%" in capfd.readouterr().err  # of a progress bar
    assert without_hub().fingerprint() == data.fingerprint()


def test_neither_the_hub_nor_torchvision(
    tmp_path: Path, without_hub: Callable[[], cifar10.Data], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CIFAR10, "url", (tmp_path / "none").as_uri())
    with pytest.raises(DataError) as caught:
        without_hub()
    assert str(caught.value).startswith(
        "dataset 'uoft-cs/cifar10' cannot be downloaded, neither from the Hugging Face hub "
        "(Couldn't reach the Hub) nor by torchvision (<urlopen error"
    )


# --- the order


def test_batches_in_another_order_are_put_in_theirs() -> None:
    labels = torch.tensor([label for beginning in cifar10.BEGINNINGS for label in [*beginning, 0]])
    pixels = torch.arange(len(labels), dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 32, 32)
    order = torch.cat([torch.arange(9) + 9 * batch for batch in (3, 2, 1, 4, 0)])
    split = cifar10._in_order(labels[order], lambda index: pixels[order][index])
    assert torch.equal(split.labels, labels)
    assert torch.equal(split.images(torch.arange(45)), pixels)


# --- what cannot be read


def save(folder: Path, features: Features, rows: dict[str, list[object]]) -> str:
    for split in ("train", "test"):
        Dataset.from_dict(rows, features=features).to_parquet(folder / f"{split}.parquet")
    return str(folder)


def test_another_layout(tmp_path: Path) -> None:
    folder = save(tmp_path, Features({"text": Value("string")}), {"text": ["a"]})
    with pytest.raises(DataError, match="has text; it needs img, and label with its names"):
        cifar10.load(folder)


CARD = """---
dataset_info:
  splits:
  - name: train
    num_examples: 1
  - name: test
    num_examples: 1
---
"""


def dot(folder: Path, width: int = 32, label: int = 0) -> str:
    """Write a dataset of one image a split into a folder, with a card that says so."""
    (folder / "README.md").write_text(CARD)
    features = Features({"img": Image(), "label": ClassLabel(names=["dot"])})
    picture = Picture.new("RGB", (width, 32))
    save(folder, features, {"img": [picture], "label": [0]})
    for path in folder.glob("*.parquet"):
        table = parquet.read_table(path)
        labels = pa.array([label], type=pa.int64())
        parquet.write_table(table.set_column(1, table.field("label"), labels), path)
    return str(folder)


def test_a_card_may_name_other_sizes(tmp_path: Path) -> None:
    data = cifar10.load(dot(tmp_path))
    assert (len(data.train), len(data.test), data.class_names) == (1, 1, ("dot",))


def test_another_size(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^an image is 8 x 32, not 32 x 32$"):
        cifar10.load(dot(tmp_path, width=8))


def test_a_label_of_no_class(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="labels that are none of its 1 classes"):
        cifar10.load(dot(tmp_path, label=3))


def test_another_count(tmp_path: Path) -> None:
    folder = dot(tmp_path)
    (tmp_path / "README.md").unlink()
    with pytest.raises(DataError) as caught:
        cifar10.load(folder)
    assert str(caught.value) == (
        f"{folder}: its train split has 1 image, not 50000; give a folder with CIFAR-10, or say "
        "in dataset_info of its README.md that it has as many"
    )


@pytest.mark.parametrize(
    ("added", "named"),
    [
        ("train-old.parquet", "train-old.parquet, train.parquet"),
        ("plain_text/train.parquet", "train.parquet, plain_text/train.parquet"),
        ("train-00000-of-00002.parquet", "train-00000-of-00002.parquet, train.parquet"),
    ],
)
def test_several_candidates(tmp_path: Path, added: str, named: str) -> None:
    folder = dot(tmp_path)
    (tmp_path / "plain_text").mkdir()
    shutil.copy(tmp_path / "train.parquet", tmp_path / added)
    with pytest.raises(DataError) as caught:
        cifar10.load(folder)
    assert str(caught.value) == (
        f"{folder}: {named} are not the files of one train split; keep train.parquet alone, or all "
        "of train-00000-of-00001.parquet and so on"
    )


def test_a_part_is_missing(tmp_path: Path) -> None:
    folder = dot(tmp_path)
    (tmp_path / "test.parquet").rename(tmp_path / "test-00001-of-00002.parquet")
    with pytest.raises(DataError, match="are not the files of one test split"):
        cifar10.load(folder)


def test_both_layouts(made_by_torchvision: Path) -> None:
    dot(made_by_torchvision)
    with pytest.raises(DataError, match=r"holds cifar-10-batches-py and train\.parquet"):
        cifar10.load(str(made_by_torchvision))


def test_a_folder_further_up(tmp_path: Path) -> None:
    (tmp_path / "cifar").mkdir()
    dot(tmp_path / "cifar")
    with pytest.raises(DataError) as caught:
        cifar10.load(str(tmp_path))
    assert str(caught.value) == (
        f"dataset '{tmp_path}' cannot be read: it holds neither cifar-10-batches-py nor Parquet "
        "files of a train and a test split, by itself or in plain_text; give the folder that does"
    )
    with pytest.raises(DataError, match="neither"):
        cifar10.load(str(tmp_path / "cifar" / ".."))


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    folder = dot(tmp_path)
    (tmp_path / "test.parquet").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"cannot be read: .*Parquet"):
        cifar10.load(folder)
