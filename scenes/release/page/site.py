"""The web page's files: ``index.html`` in each language, assets, and a page for each record."""

import platform
from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fl_sim import record
from scenes.outputs.cues import Cue, as_vtt
from scenes.outputs.joins import film_origins
from scenes.release.manifest import ReleaseFile, release_file
from scenes.release.page import templating
from scenes.release.page.assets import write_assets
from scenes.release.page.coordinator import (
    Coordinator,
    coordinator_data,
    coordinator_of,
    write_updates,
)
from scenes.release.page.questions import Question, Shown, questions
from scenes.release.page.record_pages import RecordPages, citation, provenance, write_record
from scenes.release.page.rounds import MOST_LISTED, in_columns, round_cues, view_of
from scenes.release.page.transcript import (
    ChapterTranscript,
    as_plain_text,
    as_text,
    descriptions,
    transcript,
)
from scenes.release.page.trial import Trial, trial_data, trial_of, write_trial
from scenes.release.page.what_if import (
    SCRIPT,
    WhatIf,
    script_name,
    table_name,
    write_grid,
    write_runs,
    write_table,
)
from scenes.release.products import STEM, Film
from scenes.render.digests import versions
from scenes.text.language import ENGLISH, Language
from scenes.text.languages import LANGUAGES
from scenes.text.naming import Naming


@dataclass(frozen=True)
class Site:
    """The contents of the page: films, run records by name or path, title and author.

    ``grid`` is the name or folder of a grid of runs, if it has one.
    """

    films: Sequence[Film]
    records: Sequence[str]
    naming: Naming = field(default_factory=Naming)
    grid: str = ""

    @property
    def main(self) -> Film:
        """The film for readers whose language has no film."""
        return self.films[0]

    def films_in(self, code: str) -> list[Film]:
        """Return the films on the page in a language."""
        return [film for film in self.films if film.language == code] or [
            film for film in self.films if film.language == self.main.language
        ]

    def name(self, code: str) -> str:
        """Return the file name of the page in a language; ``index.html`` for the main film's."""
        return "index.html" if code == self.main.language else f"index.{code}.html"


def transcript_name(film: Film, code: str) -> str:
    """Return the file name of a film's transcript in a language."""
    return f"captions/{film.stem}.{code}.txt"


def descriptions_name(film: Film, code: str) -> str:
    """Return the file name of the descriptions of what is seen in a film, in a language."""
    return f"captions/{film.stem}.{code}.descriptions.vtt"


def write(site: Site, folder: Path, made: Sequence[ReleaseFile], command: str) -> list[str]:
    """Write the page into a release's folder.

    Args:
        site: the contents of the page.
        folder: the folder with the other files.
        made: the other files.
        command: the command that makes the release.

    Returns:
        The names of the files written.
    """
    records = RecordPages.of(site.records)
    back = site.name(site.main.language)
    environment = templating.environment(ENGLISH)
    written = write_assets(environment, site.main.store, folder)
    name = site.naming.title_in(LANGUAGES[site.main.language])
    written += [
        file
        for page in records.pages
        for file in write_record(environment, folder, page, back, name)
    ]
    trial = trial_of(records.pages)
    coordinator = coordinator_of(trial.models) if trial else None
    written += write_trial(trial, folder) if trial else []
    written += [write_updates(coordinator, folder)] if coordinator else []
    what_if = WhatIf.of(site.grid) if site.grid else None
    written += _grid(what_if, site, folder) if what_if else []
    transcripts = {code: _transcripts(site, records, code) for code in LANGUAGES}
    texts = [
        path for code, films in transcripts.items() for path in _as_texts(site, folder, code, films)
    ]
    names = [path.relative_to(folder).as_posix() for path in texts]
    made = [*made, *(release_file(folder, name, None) for name in names)]
    pages = Pages(site, records, trial, coordinator, what_if, command)
    for code, films in transcripts.items():
        written.append(folder / site.name(code))
        written[-1].write_text(_page(pages, LANGUAGES[code], films, made), "utf-8")
    return [file.relative_to(folder).as_posix() for file in (*written, *texts)]


def _grid(what_if: WhatIf, site: Site, folder: Path) -> list[Path]:
    """Write a grid of runs, and in each language its script and its table."""
    written = write_grid(what_if, folder)
    for code, language in LANGUAGES.items():
        written.append(write_runs(what_if, folder, language))
        page, title = site.name(code), site.naming.title_in(language)
        written.append(write_table(what_if, folder, page, title, language))
    return written


Transcripts = Sequence[Sequence[ChapterTranscript]]  # of each film on a page


def _transcripts(site: Site, records: RecordPages, code: str) -> Transcripts:
    films = site.films_in(code)
    return [transcript(film, LANGUAGES[code], records.addresses) for film in films]


def _as_texts(site: Site, folder: Path, code: str, texts: Transcripts) -> list[Path]:
    """Write the transcripts of the films on a page, and what is seen with its times."""
    (folder / "captions").mkdir(exist_ok=True)
    written = []
    name = site.naming.title_in(LANGUAGES[code])
    for film, chapters in zip(site.films_in(code), texts, strict=True):
        path = folder / transcript_name(film, code)
        path.write_text(as_text(chapters, name), "utf-8")
        seen = folder / descriptions_name(film, code)
        seen.write_text(as_vtt(descriptions(chapters), code), "utf-8")
        written += [path, seen]
    return written


@dataclass(frozen=True)
class Pages:
    """The contents that are the same in all languages."""

    site: Site
    records: RecordPages
    trial: Trial | None
    coordinator: Coordinator | None
    what_if: WhatIf | None
    command: str


def _page(pages: Pages, language: Language, texts: Transcripts, made: Sequence[ReleaseFile]) -> str:
    """Return the page in a language."""
    site, records = pages.site, pages.records
    films = site.films_in(language.code)
    data = _data(records, films, texts, language)
    data["trial"] = _trial(pages, language)
    name = site.naming.title_in(language)
    main = dict(max(data["runs"].values(), key=lambda run: len(run["rounds"])))
    for run in data["runs"].values():
        run["rounds"] = in_columns(run["rounds"])
    template = templating.environment(language).get_template("index.html")
    return template.render(
        code=language.code,
        title=name,
        author=site.naming.author,
        pages=[
            {"code": one.code, "name": one.name, "href": site.name(one.code)}
            for one in LANGUAGES.values()
        ],
        films=[_film(*pair, language.code) for pair in zip(films, texts, strict=True)],
        chapters=texts[0],
        questions=_questions(pages, films[0], language, data["runs"]),
        seconds=texts[0][-1].end,
        main=main,
        what_if=pages.what_if and _what_if(site, language.code),
        most_workers=MOST_LISTED,
        downloads=_downloads(made, language),
        records=[provenance(page, language) for page in records.pages],
        repeatable=all(page.run.by_own_app for page in records.pages),
        imported=any(page.run.imported for page in records.pages),
        citation=citation(records, name, site.naming.author),
        command=pages.command,
        versions=_versions(),
        sound=films[0].heard.sound,
        voice=films[0].heard.voice and films[0].heard.voice.engine,
        data=data,
    )


def _what_if(site: Site, code: str) -> dict[str, str]:
    """Return the scripts and the page of the grid's table, in a language."""
    return {"scripts": f"{script_name(code)} {SCRIPT}", "table": table_name(site.name(code))}


def _questions(
    pages: Pages, film: Film, language: Language, names: Collection[str]
) -> list[Question]:
    """Return the questions between a film's chapters, on the runs that the view has."""
    chapters = []
    for planned in film.planned:
        runs = record.load_all(planned.job.runs).values()
        viewed = [run for run in runs if run.name in names]
        chapters.append(Shown(planned.job.chapter.name, viewed))
    return questions(chapters, pages.records, language, pages.trial)


def _trial(pages: Pages, language: Language) -> dict[str, Any] | None:
    """Return the data of the models to try and of the updates to weigh, if there are any."""
    trial, coordinator = pages.trial, pages.coordinator
    if trial is None:
        return None
    known = coordinator and coordinator_data(coordinator, trial.models, language)
    return {**trial_data(trial, language), "coordinator": known}


def _film(film: Film, chapters: Sequence[ChapterTranscript], code: str) -> dict[str, Any]:
    """Return a film's files. Captions are on if the film has another language than the page.

    The captions in the page's language are in the page itself: browsers load no other captions in a
    page that is opened from a folder.
    """
    return {
        "shape": film.look.shape,
        "mp4": f"{film.stem}.mp4",
        "webm": f"{film.stem}.webm",
        "tracks": [
            {
                "src": _captions_address(chapters, code)
                if one.code == code
                else f"captions/{film.stem}.{one.code}.vtt",
                "code": one.code,
                "name": one.name,
                "default": one.code == code != film.language,
            }
            for one in LANGUAGES.values()
        ],
    }


def _versions() -> dict[str, str]:
    """Return the versions of what draws and encodes the films, by name."""
    return {
        "fedreel": version("fedreel"),
        "Python": platform.python_version(),
        **versions(),
    }


def _captions_address(chapters: Sequence[ChapterTranscript], code: str) -> str:
    """Return captions as a ``data:`` address, which contains them."""
    captions = [
        Cue(beat.shown, beat.end, as_plain_text(beat.caption))
        for chapter in chapters
        for beat in chapter.beats
    ]
    return f"data:text/vtt;base64,{b64encode(as_vtt(captions, code).encode()).decode()}"


def _data(
    records: RecordPages, films: Sequence[Film], texts: Transcripts, language: Language
) -> dict[str, Any]:
    """Return the data of the page's script: times in the films, runs and labels."""
    film_data = [
        {
            **_film(film, chapters, language.code),
            "chapters": [round(chapter.start, 3) for chapter in chapters],
            "beats": [round(beat.start, 3) for chapter in chapters for beat in chapter.beats],
            "turns": _round_cues(film),
        }
        for film, chapters in zip(films, texts, strict=True)
    ]
    _drop_written(film_data)
    names = {name for film in film_data for _, name, _ in film["turns"]}
    runs = {
        page.run.name: {**view_of(page.run), "folder": page.folder}
        for page in records.pages
        if page.run.name in names
    }
    return {
        "language": language.code,
        "spoken": films[0].language,
        "films": film_data,
        "runs": runs,
        "labels": _labels(language),
    }


def _drop_written(films: Sequence[dict[str, Any]]) -> None:
    """Drop the addresses of tracks that stand in the page, those of the first film, from data."""
    written = {track["src"] for track in films[0]["tracks"]}
    for film in films:
        film["tracks"] = [
            {name: value for name, value in track.items() if value not in written}
            for track in film["tracks"]
        ]


def _round_cues(film: Film) -> list[tuple[float, str, int | None]]:
    found = []
    origins = film_origins(film.clips)
    for planned, clip, origin in zip(film.planned, film.clips, origins, strict=True):
        runs = [run.name for run in record.load_all(planned.job.runs).values()]
        for cue in round_cues(clip.beats, origin, runs):
            found.append((round(cue.at, 3), cue.run, cue.round))
    return found


def _labels(language: Language) -> dict[str, str]:
    _ = language.translate
    return {
        "round": _("round"),
        "accuracy": _("Accuracy"),
        "loss": _("Loss"),
        "all": _("All rounds, up to {n}"),
        "of": _("Round {r} of {n}"),
        "trained": _("Trained: {workers}."),
        "failed": _("Delivered nothing: {workers}."),
        "nobody": _("Nobody trained."),
        "curve": _("{measure} by round: {first} at first, {last} at last"),
        "photo": _("Photo {n}: {kind}"),
        "right": _("Photo {n}: {kind}, which the model gets right"),
        "wrong": _("Photo {n}: {kind}, which the model takes for: {other}"),
        "painted": _("Photo {n}: {kind}, painted over"),
        "own": _("A picture of your own"),
        "lit": _("Lit: the {right} of these {n} that {model} gets right."),
        "verdict": _("{model}: {kind}, {percent}"),
        "agreed": _(
            "On these {n} photos every probability here is the one that PyTorch recorded, to "
            "within {most}."
        ),
        "found": _("You found it."),
        "guessed": _("You said {guess}, which is {apart} away."),
        "worker": _("Worker {k}: {n} photos"),
        "workerOf": _("Worker {k}: {n} photos, mostly {kinds}"),
        "averaged": _("{right} of {n} right, loss {loss}"),
        "rightOf": _("{right} of {n}"),
        "yours": _("yours"),
        "byCount": _("by number of photos, n_k / n"),
        "alike": _("the same for each"),
        "alone": _("worker {k} alone"),
        "none": _("none: the model before"),
        "loading": _("The model is loading."),
        "lost": _("The model did not load. Load the page again, or look into the record."),
        "unreadable": _("This is no picture that the browser can read. Take a PNG, JPEG or WebP."),
    }


def _downloads(made: Sequence[ReleaseFile], language: Language) -> list[dict[str, Any]]:
    """Return the files by kind, those of the default look first."""
    files = sorted(made, key=lambda file: file.path.replace("-", "~"))
    _ = language.translate
    groups = [
        (_("The film"), f"{STEM}", ("mp4", "webm")),
        (_("Captions and transcripts"), "captions/", ("srt", "vtt", "txt")),
        (_("Chapters"), "chapters/", ("mp4", "webm", "png")),
        (_("Loop"), "loop-", ("gif", "webp", "mp4")),
        (_("Poster and contact sheet"), "", ("png",)),
    ]
    return [
        {"name": name, "files": [file for file in files if _is_of(file.path, start, ends)]}
        for name, start, ends in groups
    ]


def _is_of(path: str, start: str, ends: Sequence[str]) -> bool:
    inside = path.startswith(start) if start else "/" not in path
    return inside and path.rsplit(".", 1)[-1] in ends
