"""The server app as Flower's hub has it: a run whose record finds its own place.

Who types ``flwr run .`` names no folder. The record goes to one in the home of whoever runs the
server app, and the log ends with the line that films it.
"""

from logging import INFO
from pathlib import Path

from flwr.app import Context
from flwr.common.logger import log
from flwr.serverapp import Grid, ServerApp

from fl_sim import record
from fl_sim.app import server_app

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Train, and leave the record in the folder of the setting ``out``, or else in the home."""
    folder = place(str(context.run_config["out"]), context.run_id)
    context.run_config["out"] = str(folder)
    server_app.main(grid, context)
    log(INFO, "record: %s", folder)
    log(INFO, "film it with: fedreel film --run %s", folder)


def place(out: str, run_id: int) -> Path:
    """Return the folder of a record.

    Args:
        out: the setting, empty for a folder in the home.
        run_id: Flower's number of the run, which no other one has.
    """
    return Path(out).expanduser() if out else Path.home() / record.HOME_RUNS / str(run_id)
