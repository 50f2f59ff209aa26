"""The making of a release from a plan."""

import shutil
from pathlib import Path

from scenes.fast.scheduler import DONE, OnProgress
from scenes.release import products
from scenes.release.manifest import Manifest, ReleaseFile, audit_of, release_file, runs_of
from scenes.release.page.site import Site, write
from scenes.release.plan import Plan, Request
from scenes.release.products import Film, ProductFiles
from scenes.render.clips import Renderer, load_or_render, render_locally
from scenes.render.digests import maker_code
from scenes.render.folders import replace_folder, work_folder
from scenes.render.store import Store
from scenes.text.languages import LANGUAGES


def release(
    request: Request,
    planned: Plan,
    out: Path,
    store: Store,
    on_progress: OnProgress,
    renderer: Renderer = render_locally,
) -> Manifest:
    """Make a release, and return its manifest.

    Args:
        request: the user's request.
        planned: its plan.
        out: the folder of the release; an old release stays until the new one is complete.
        store: the cache.
        on_progress: called with a task's name and each step, and (name, ``DONE``).
        renderer: renders the clips, on this machine or elsewhere.
    """
    inputs = request.inputs()
    first, *_ = planned.films.values()
    done = iter(load_or_render(planned.clips, store, on_progress, first, renderer))
    films = [
        Film(
            clips,
            [next(done) for _ in clips],
            store,
            planned.specs,
            request.naming,
            request.heard(look.language),
        )
        for look, clips in planned.films.items()
    ]
    loops = [Film([one], [next(done)], store) for one in planned.loop]
    made: ProductFiles = {}
    for film in films:
        made |= products.film_files(film, on_progress)
    for loop in loops:
        made |= products.loop_files(loop, on_progress)
    made |= products.chapter_files(films[0]) | products.picture_files(films[0])
    made |= products.figure_files(films[0], on_progress)
    with work_folder(out.parent, f".{out.name}") as work:
        folder = work / out.name
        files = [
            _copied(folder, name, path, seconds) for name, (path, seconds) in sorted(made.items())
        ]
        on_progress("page", "")
        pages = write(Site(films, request.records, request.naming), folder, files, request.command)
        on_progress("page", DONE)
        manifest = Manifest(
            title=request.naming.title_in(LANGUAGES[films[0].language]),
            author=request.naming.author,
            command=request.command,
            inputs=inputs,
            runs=runs_of(request.records),
            made_from={one.job.name: one.inputs for one in planned.clips},
            making=maker_code(),
            files=sorted(
                [*files, *(release_file(folder, name, None) for name in pages)],
                key=lambda file: file.path,
            ),
            audit=audit_of(films[0].clips),
        )
        manifest.write(folder)
        replace_folder(folder, out)
    store.prune()
    return manifest


def _copied(folder: Path, name: str, path: Path, seconds: float | None) -> ReleaseFile:
    """Copy a file into a release's folder, and return its manifest entry."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / name)
    return release_file(folder, name, seconds)
