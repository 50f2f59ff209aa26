"""Puts a finished record where ``fl-sim run`` would put it, under the same conditions."""

from pathlib import Path

from fl_sim import record
from fl_sim.running import launch
from fl_sim.running.workshop import Workshop, WorkshopError


def place(run: record.Run, target: launch.Target) -> Path:
    """Write a record, whole or not at all, and return its folder.

    Raises:
        LaunchError: the run's name is no folder's name, a record or an interrupted run is there, or
            the folder cannot be written.
    """
    launch.check_name(run.name)
    folder = launch._folder(run.name, target.out)
    launch._check_free(folder, target.force)
    workshop = Workshop(folder)
    launch._check_interrupted(workshop, run.name, target)
    try:
        with workshop.making({}, resume=False) as new:
            record.save(run, new)
    except WorkshopError as error:
        raise launch.LaunchError(str(error)) from error
    except OSError as error:
        raise launch.LaunchError(f"{folder}: {error.strerror}") from error
    return folder
