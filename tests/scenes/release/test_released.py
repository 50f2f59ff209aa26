"""A release of the reference run, every file of it opened again."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
import srt
from PIL import Image
from released import release

from fl_sim import record
from scenes import theme
from scenes.outputs.film import length_of
from scenes.outputs.joins import JOIN
from scenes.outputs.loop_files import BUDGETS
from scenes.render.looks import SHAPES, Look
from scenes.text.languages import LANGUAGES

pytestmark = pytest.mark.xdist_group("release")

FRAME = 1 / 15  # seconds
CODECS = {".mp4": ("h264", "mov_text"), ".webm": ("av1", "webvtt")}
REFERENCE = record.load("reference")


def said(released: Path) -> dict[str, Any]:
    """Return what a release says of itself."""
    return dict(json.loads((released / "manifest.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def manifest(released: Path) -> dict[str, Any]:
    """Return what the release says of itself."""
    return said(released)


@pytest.fixture(scope="module", params=["released", "two_shapes"])
def either(request: pytest.FixtureRequest) -> tuple[Path, dict[str, Any]]:
    """Return each of two releases, and what it says of itself."""
    folder: Path = request.getfixturevalue(request.param)
    return folder, said(folder)


def shapes_of(manifest: dict[str, Any]) -> list[str]:
    """Return the shapes of the release's films."""
    looks = [sources["look"] for sources in manifest["made_from"].values()]
    return [shape for shape in SHAPES if shape in {look["shape"] for look in looks}]


def films(released: Path, manifest: dict[str, Any]) -> Iterator[tuple[Path, Look]]:
    """Yield each film's file and how it looks."""
    for shape in shapes_of(manifest):
        look = Look("low", shape)
        for suffix in CODECS:
            yield released / f"fedreel{look.label}{suffix}", look


def beats_of(manifest: dict[str, Any]) -> list[tuple[str, str, float]]:
    """Return chapter, name and end of each beat of the first film, from its audit."""
    found = {(row["chapter"], row["beat"]): row["until"] for row in manifest["audit"]}
    return [(chapter, beat, until) for (chapter, beat), until in found.items()]


def subtitles(path: Path) -> list[srt.Subtitle]:
    """Return the captions in a file of either kind."""
    text = path.read_text("utf-8")
    if path.suffix == ".vtt":
        head, _, text = text.partition("\n\n")
        assert re.fullmatch(r"WEBVTT\nLanguage: \w\w", head)
        text = re.sub(r"^(\d\d:\d\d:\d\d)\.(\d+) -->", r"0\n\1,\2 -->", text, flags=re.M)
        text = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    return list(srt.parse(text))


def texts_in(movie: Path, number: int) -> list[tuple[float, str]]:
    """Return when each text of a track begins, and the text."""
    with av.open(str(movie)) as film:
        track = film.streams.subtitles[number]
        packets = [(packet.pts, bytes(packet)) for packet in film.demux(track)]
    skipped = 2 if movie.suffix == ".mp4" else 0
    assert track.time_base is not None
    return [
        (float(pts * track.time_base), data[skipped:].decode())
        for pts, data in packets
        if pts is not None and data[skipped:]
    ]


def test_the_manifest_has_every_file(released: Path, manifest: dict[str, Any]) -> None:
    there = {path.relative_to(released).as_posix() for path in released.rglob("*")}
    files = {name for name in there if (released / name).is_file()} - {"manifest.json"}
    assert {file["path"] for file in manifest["files"]} == files
    for file in manifest["files"]:
        content = (released / file["path"]).read_bytes()
        assert len(content) == file["bytes"] > 0
        assert sha256(content).hexdigest() == file["sha256"]


def test_the_manifest_has_the_run_and_the_command(manifest: dict[str, Any]) -> None:
    (run,) = manifest["runs"]
    assert run["name"] == "reference"
    assert run["fingerprint"] == record.fingerprint(REFERENCE)
    assert run["seed"] == REFERENCE.provenance.seed
    assert run["versions"] == REFERENCE.provenance.versions
    assert manifest["command"].startswith(
        "fedreel release --run reference --quality low --theme dark --shape"
    )


def test_every_number_shown_has_its_time_source_and_value(
    released: Path, manifest: dict[str, Any]
) -> None:
    audit = manifest["audit"]
    seconds = float(length_of(released / "fedreel.mp4"))
    assert len(audit) > 200
    assert not [row for row in audit if not row["source"]]
    assert not [row for row in audit if not 0 <= row["time"] <= row["until"] <= seconds + FRAME]
    assert not [row for row in audit if row["number"] not in row["text"]]
    accuracy = {
        row["number"]: row["value"]
        for row in audit
        if row["source"] == "rounds[3].central.accuracy"
    }
    last = REFERENCE.rounds[3].central
    assert last is not None
    assert accuracy == {f"{last.accuracy:.1%}": pytest.approx(last.accuracy)}


def at(run: record.Run, path: str) -> Any:
    """Return what is in a record at a path; of a list that is named as a whole, the list."""
    value: Any = run
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path.partition("[*]")[0]):
        if name:
            value = value[name] if isinstance(value, dict) else getattr(value, name)
        else:
            value = value[int(index)]
    return value


def test_every_source_names_a_place_in_the_record(manifest: dict[str, Any]) -> None:
    (run,) = record.load_all(["reference"]).values()
    places = {row["source"]: row["place"] for row in manifest["audit"]}
    # A fingerprint is that of the whole.
    nowhere = [source for source, place in places.items() if place is None]
    ends = [f"the {end} accuracy that there is" for end in ("highest", "lowest")]  # of a gauge
    assert sorted(nowhere) == [f"fingerprint {record.fingerprint(REFERENCE)}", *ends]
    found = [at(run, path) for path in places.values() if path is not None]
    assert len(found) > 20
    assert not [value for value in found if value is None]


def test_films_can_be_played_everywhere(either: tuple[Path, dict[str, Any]]) -> None:
    released, manifest = either
    lengths: dict[str, set[int]] = {}
    for path, look in films(released, manifest):
        codec, _ = CODECS[path.suffix]
        with av.open(str(path)) as film:
            (video,) = film.streams.video
            assert video.codec_context.codec.canonical_name == codec
            assert video.codec_context.pix_fmt == "yuv420p"
            assert (video.width, video.height) == look.pixels
            frames = sum(1 for packet in film.demux(video) if packet.size)
        assert frames / 15 == pytest.approx(float(length_of(path)), abs=FRAME)
        lengths.setdefault(look.shape, set()).add(frames)
        (listed,) = [file for file in manifest["files"] if file["path"] == path.name]
        assert listed["seconds"] == pytest.approx(frames / 15, abs=FRAME)
    assert all(len(found) == 1 for found in lengths.values())


def test_an_mp4_begins_with_its_index(released: Path) -> None:
    for path in [*released.glob("*.mp4"), *released.glob("chapters/*.mp4")]:
        content = path.read_bytes()
        assert content.index(b"moov") < content.index(b"mdat"), path


def test_films_have_chapters_and_say_what_they_are(either: tuple[Path, dict[str, Any]]) -> None:
    released, manifest = either
    names = list(dict.fromkeys(row["chapter"] for row in manifest["audit"]))
    for path, look in films(released, manifest):
        with av.open(str(path)) as film:
            about = {key.lower(): text for key, text in film.metadata.items()}
            marks = film.chapters()
        assert about["title"] == "Federated learning, as it was recorded"
        assert record.fingerprint(REFERENCE) in about["comment"]
        assert f"seed {REFERENCE.provenance.seed}" in about["comment"]
        assert f"flwr {REFERENCE.provenance.versions['flwr']}" in about["comment"]
        assert len(marks) == len(names)
        times = [Fraction(mark["start"]) * mark["time_base"] for mark in marks]
        assert times[0] == 0
        second = {"one_round": "One round", "credits": "Credits"}[names[1]]
        assert marks[1]["metadata"]["title"] == second
        ends = [Fraction(mark["end"]) * mark["time_base"] for mark in marks]
        assert ends[:-1] == times[1:]
        lengths = [float(end - start) for start, end in zip(times, ends, strict=True)]
        assert sum(lengths) == pytest.approx(float(length_of(path)), abs=FRAME)
        if not look.label:
            alone = [float(length_of(released / f"chapters/{name}.mp4")) for name in names]
            cards = 2 * (theme.CARD + JOIN)  # a chapter alone begins and ends with one
            *joined, last = [one - cards for one in alone]
            assert lengths == pytest.approx([*(one + JOIN for one in joined), last], abs=FRAME)


def test_captions_stand_when_their_beats_do(either: tuple[Path, dict[str, Any]]) -> None:
    released, manifest = either
    ends = [until for _, _, until in beats_of(manifest)]
    for _, look in films(released, manifest):
        for code in LANGUAGES:
            cues = subtitles(released / f"captions/fedreel{look.label}.{code}.srt")
            same = subtitles(released / f"captions/fedreel{look.label}.{code}.vtt")
            if not look.label:
                assert [cue.end.total_seconds() for cue in cues] == pytest.approx(ends, abs=FRAME)
            assert [(cue.start, cue.end, cue.content) for cue in cues] == [
                (cue.start, cue.end, cue.content) for cue in same
            ]
            assert all(one.end <= other.start for one, other in pairwise(cues))


def test_films_have_a_text_track_in_each_language(either: tuple[Path, dict[str, Any]]) -> None:
    released, manifest = either
    for path, look in films(released, manifest):
        with av.open(str(path)) as film:
            tracks = film.streams.subtitles
            assert [track.metadata["language"] for track in tracks] == [
                language.iso_639_2 for language in LANGUAGES.values()
            ]
            assert {track.codec_context.name for track in tracks} == {CODECS[path.suffix][1]}
        for number, code in enumerate(LANGUAGES):
            cues = subtitles(released / f"captions/fedreel{look.label}.{code}.srt")
            spec = texts_in(path, number)
            assert [text for _, text in spec] == [cue.content for cue in cues]
            starts = [cue.start.total_seconds() for cue in cues]
            assert [at for at, _ in spec] == pytest.approx(starts, abs=0.002)


def test_each_chapter_has_a_clip_and_a_poster(released: Path, manifest: dict[str, Any]) -> None:
    width, height = Look("low").pixels
    names = list(dict.fromkeys(row["chapter"] for row in manifest["audit"]))
    assert len(names) == 8
    for name in names:
        lengths = []
        for suffix, (codec, _) in CODECS.items():
            path = released / f"chapters/{name}{suffix}"
            with av.open(str(path)) as clip:
                assert clip.streams.video[0].codec_context.codec.canonical_name == codec
            lengths.append(float(length_of(path)))
        assert lengths[0] == pytest.approx(lengths[1], abs=FRAME)
        with Image.open(released / f"chapters/{name}.png") as poster:
            poster.load()
            assert poster.size == (width, height)
            assert len(poster.getcolors(1 << 20) or range(99)) > 50  # no empty frame


def test_each_beat_has_a_figure(released: Path, manifest: dict[str, Any]) -> None:
    width, height = Look("low").pixels
    beats = beats_of(manifest)
    pngs = sorted(path.stem for path in released.glob("figures/*.png"))
    svgs = sorted(path.stem for path in released.glob("figures/*.svg"))
    assert pngs == svgs
    assert sorted(re.sub(r"-\d+-", "-", stem) for stem in pngs) == sorted(
        f"{chapter}-{beat}" for chapter, beat, _ in beats
    )
    for stem in pngs:
        with Image.open(released / f"figures/{stem}.png") as figure:
            figure.load()
            assert figure.size == (2 * width, 2 * height)
        text = (released / f"figures/{stem}.svg").read_text("utf-8")
        assert re.search(r"<title>[^<]+</title>", text)
        assert "<path" in text


def frames_of(path: Path) -> int:
    """Return how many frames a picture or a movie has."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as movie:
            return sum(1 for _ in movie.decode(video=0))
    with Image.open(path) as picture:
        return int(getattr(picture, "n_frames", 1))


@pytest.mark.parametrize(("suffix", "width"), BUDGETS)
def test_loops_keep_their_budgets(
    released: Path, manifest: dict[str, Any], suffix: str, width: int
) -> None:
    path = released / f"loop-{width}{suffix}"
    (listed,) = [file for file in manifest["files"] if file["path"] == path.name]
    assert listed["bytes"] <= listed["budget"] == BUDGETS[suffix, width]
    assert frames_of(path) > 20
    if suffix == ".mp4":
        with av.open(str(path)) as movie:
            assert movie.streams.video[0].width == width
        return
    with Image.open(path) as picture:
        assert picture.width == width
        assert picture.info["loop"] == 0  # for ever


def test_transcripts_have_every_beat(released: Path, manifest: dict[str, Any]) -> None:
    beats = len(beats_of(manifest))
    for code in LANGUAGES:
        text = (released / f"captions/fedreel.{code}.txt").read_text("utf-8")
        cues = subtitles(released / f"captions/fedreel.{code}.srt")
        places = [text.index(cue.content.replace("\n", " ")) for cue in cues]
        assert places == sorted(places)
        assert len(re.findall(r"^ {6}\[[^\]]{40,}\]$", text, flags=re.M)) >= beats
        seen = subtitles(released / f"captions/fedreel.{code}.descriptions.vtt")
        assert len(seen) == beats
        assert all(one.content in text for one in seen)


def test_the_record_beside_the_page_can_be_filmed(released: Path) -> None:
    assert record.fingerprint(record.load(released / "records/reference")) == record.fingerprint(
        REFERENCE
    )


def asked(manifest: dict[str, Any]) -> list[str]:
    """Return what the release was asked for, without the runs."""
    words = shlex.split(manifest["command"])
    assert words[:4] == ["fedreel", "release", "--run", "reference"]
    return words[4:]


def test_nothing_is_made_again(released: Path, manifest: dict[str, Any]) -> None:
    before = {path: path.stat().st_mtime_ns for path in released.rglob("*")}
    again = release(released.parent, "--run", "reference", *asked(manifest), str(released))
    assert again.returncode == 0, again.stderr
    assert f"{released}: nothing has changed" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in released.rglob("*")} == before


def test_a_changed_number_makes_its_chapter_stale(
    released: Path, manifest: dict[str, Any], tmp_path: Path
) -> None:
    copy = tmp_path / "reference"
    shutil.copytree(released / "records/reference", copy)
    run = record.load(copy)
    origin = run.provenance.model_copy(update={"seed": 12345})
    changed = run.model_copy(update={"provenance": origin})
    record.save(changed, copy)
    found = record.load_attack(copy, run, record.Inversions)
    assert found is not None
    known = found.model_copy(update={"run": record.fingerprint(changed)})
    record.save_attack(known, copy)  # what the attack found is told of the changed record as well
    spec = release(tmp_path, "--run", str(copy), *asked(manifest), "--explain", str(released))
    assert spec.returncode == 0, spec.stderr
    why = dict(line.split(": ", 1) for line in spec.stdout.splitlines())
    clips = {name: reason for name, reason in why.items() if name in manifest["made_from"]}
    assert clips.keys() == manifest["made_from"].keys()
    # The store is another folder's, so that clips would have to be made again all the same.
    assert {
        name: reason for name, reason in clips.items() if not reason.endswith("no longer has it")
    } == {
        name: "rendered, since its texts or numbers changed"
        for name in clips
        if name.startswith("credits")
    }
    films = [reason for name, reason in why.items() if name.startswith("fedreel")]
    assert films == [
        f"made again, since credits{Look('low', shape).label}, the records changed"
        for shape in shapes_of(manifest)
    ]
    assert why["page, transcripts and records"] == (
        "written again, since --run, the record reference [0] changed"
    )
    assert why["loop files"] == "unchanged"
