"""Puts a release together: what the store has is taken from there, and the rest is made."""

import shutil
from pathlib import Path

from scenes.fast.scheduler import DONE
from scenes.outputs.film import title
from scenes.release import products
from scenes.release.manifest import FileMade, Manifest, audit_of, file_made, runs_of
from scenes.release.page.site import Site, write
from scenes.release.plan import Plan, Request
from scenes.release.products import Film, Follow, Made
from scenes.render.clips import Renderer, clips, here
from scenes.render.digests import making
from scenes.render.folders import put, work_folder
from scenes.render.store import Store


def release(
    wish: Request, planned: Plan, out: Path, store: Store, follow: Follow, renderer: Renderer = here
) -> Manifest:
    """Make a release, and give it its place.

    Args:
        wish: what is asked for.
        planned: what is to be done for it.
        out: the folder that it becomes; what is there stays until then.
        store: what was made before.
        follow: told what is being worked on and what of it, and (name, "done") at its end.
        renderer: renders the clips, on this machine or elsewhere.
    """
    inputs = wish.inputs()
    first, *_ = planned.films.values()
    done = iter(clips(planned.todo, store, follow, first, renderer))
    films = [Film(todo, [next(done) for _ in todo], store) for todo in planned.films.values()]
    loops = [Film([one], [next(done)], store) for one in planned.loop]
    made: Made = {}
    for film in films:
        made |= products.film(film, follow)
    for loop in loops:
        made |= products.loops(loop, follow)
    made |= products.chapters(films[0]) | products.sheets(films[0])
    made |= products.figures(films[0], follow)
    with work_folder(out.parent, f".{out.name}") as work:
        folder = work / out.name
        files = [
            _copied(folder, name, path, seconds) for name, (path, seconds) in sorted(made.items())
        ]
        follow("page", "")
        pages = write(Site(films, wish.records), folder, files, wish.command)
        follow("page", DONE)
        spec = Manifest(
            title=title(),
            command=wish.command,
            inputs=inputs,
            runs=runs_of(wish.records),
            made_from={one.job.name: one.made_from for one in planned.todo},
            making=making(),
            files=sorted(
                [*files, *(file_made(folder, name, None) for name in pages)],
                key=lambda file: file.path,
            ),
            audit=audit_of(films[0].clips),
        )
        spec.write(folder)
        put(folder, out)
    store.prune()
    return spec


def _copied(folder: Path, name: str, path: Path, seconds: float | None) -> FileMade:
    """Copy a file into a release's folder, and return what the manifest says of it."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / name)
    return file_made(folder, name, seconds)
