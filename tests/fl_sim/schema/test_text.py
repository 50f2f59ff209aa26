"""The compressed JSON: the same bytes each time, and never more memory than the file is worth."""

import contextlib
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_record import many_clients, peak_memory, put_text

from fl_sim import record
from fl_sim.record import RecordError
from fl_sim.schema import text
from fl_sim.schema.text import TextError

MANY = 10_000
EMPTY = gzip.compress(b"{}", mtime=0)  # the same in every process that collects these tests


@given(st.binary(max_size=100))
def test_what_is_packed_is_unpacked(content: bytes) -> None:
    assert text.unpack(text.pack(content)) == content
    assert text.pack(content) == text.pack(content)
    assert gzip.decompress(text.pack(content)) == content


@given(st.binary(max_size=100))
def test_any_bytes_are_unpacked_or_refused(content: bytes) -> None:
    with contextlib.suppress(TextError):
        text.unpack(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file ends too early"),
        (EMPTY[:-1], "the file ends too early"),
        (EMPTY + b"{}", "more follows after the end of the text"),
        (EMPTY + EMPTY, "more follows after the end of the text"),
        (b"{}", "Error -3 while decompressing data: incorrect header check"),
        (zlib.compress(b"{}"), "Error -3 while decompressing data: incorrect header check"),
        (
            EMPTY[:-8] + bytes(8),
            "Error -3 while decompressing data: incorrect data check",
        ),
    ],
)
def test_damaged(content: bytes, message: str) -> None:
    with pytest.raises(TextError) as caught:
        text.unpack(content)
    assert str(caught.value) == message


# --- bombs


def bomb(part: bytes) -> bytes:
    """Return a file of some hundred kB that unpacks to a gigabyte."""
    packer = zlib.compressobj(9, wbits=text.GZIP)
    million = part * (2**20 // len(part))
    return b"".join([*(packer.compress(million) for _ in range(1024)), packer.flush()])


def test_a_bomb_of_text_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bomb(b" ")
    monkeypatch.setattr(text, "FREE", 2**24)

    def unpack() -> None:
        with pytest.raises(TextError, match="it unpacks to too much"):
            text.unpack(content)

    assert peak_memory(unpack) < text.limit(len(content))


def test_a_bomb_of_objects_is_refused(tmp_path: Path) -> None:
    put_text(tmp_path, repeated(",".join(["{}"] * 2**20), "partitions"))
    size = (tmp_path / record.RUN_FILE).stat().st_size

    def load() -> None:
        with pytest.raises(RecordError, match=rf"\({size} bytes would take \d+ bytes of memory"):
            record.load(tmp_path)

    assert peak_memory(load) < 2**25


def repeated(items: str, field: str = "rounds") -> bytes:
    rounds = '"rounds": [{"number": 0}], ' if field != "rounds" else ""
    head = f'{{"schema_version": {record.SCHEMA_VERSION}, "name": "many", '
    return f'{head}{rounds}"num_clients": {MANY}, "{field}": [{items}]}}'.encode()


def listed(make: Callable[[int], str]) -> str:
    return ",".join(map(make, range(MANY)))


TEXTS = {
    "lists in lists": repeated("[" * MANY),
    "numbers": repeated(listed(lambda i: "1")),
    "objects": repeated(listed(lambda i: "{}")),
    "objects in objects": repeated(listed(lambda i: '{"train":{"metrics":{}}}')),
    "long numbers": repeated(",".join(["9" * 4000] * 100)),
    "too long numbers": repeated(",".join(["9" * 5000] * 100)),
    "rounds": repeated(listed(lambda i: f'{{"number":{i},"train":{{}}}}')),
    "metrics": repeated(listed(lambda i: f'{{"number":{i},"central":{{"loss":1.5}}}}')),
    "own metrics": repeated(
        '{"number":0,"central":{"other":{' + listed(lambda i: f'"{i}":0.1') + "}}"
    ),
    "partitions": repeated(listed(lambda i: "{}"), "partitions"),
    "counts": repeated(listed(lambda i: '{"label_counts":[300]}'), "partitions"),
    "empty lists": repeated(listed(lambda i: '{"label_counts":[]}'), "partitions"),
    "probes": repeated(listed(lambda i: '{"parameter":"","index":[]}'), "probes"),
    "replies": repeated(
        '{"number":0,"train":{"sampled":['
        + listed(str)
        + '],"replies":['
        + listed(lambda i: f'{{"client":{i}}}')
        + "]}}"
    ),
    "wide letters": repeated(f'{{"{"x" * MANY}\N{GRINNING FACE}": 1}}'),
    "unknown fields": repeated('{"number":0,' + listed(lambda i: f'"{i}":1') + "}"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_becomes_no_more_than_is_estimated(tmp_path: Path, name: str) -> None:
    put_text(tmp_path, TEXTS[name])

    def load() -> None:
        with contextlib.suppress(RecordError):
            record.load(tmp_path)

    assert peak_memory(load) < text.memory(TEXTS[name]) + 2**18


def test_a_run_that_compresses_too_well_is_not_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    content = many_clients(1000, 5).model_dump_json(exclude_none=True).encode()
    assert len(text.pack(content)) < len(content) / 5
    monkeypatch.setattr(text, "FREE", 0)
    assert len(text.pack(content)) > len(content)
    assert text.unpack(text.pack(content)) == content
