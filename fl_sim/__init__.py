"""A Flower app that trains for real and writes a run record, and a recorder for any other app.

In the server app and, if wanted, in the client app of any Flower project::

    from fl_sim import record_client, record_strategy
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fl_sim.recording.client_mod import record_client
    from fl_sim.recording.grid import record_grid
    from fl_sim.recording.strategy import record_strategy

__all__ = ["record_client", "record_grid", "record_strategy"]


def __getattr__(name: str) -> Any:
    """Load what records when it is asked for: a film needs the record alone, and no Flower."""
    if name == "record_strategy":
        from fl_sim.recording.strategy import record_strategy  # noqa: PLC0415

        return record_strategy
    if name == "record_grid":
        from fl_sim.recording.grid import record_grid  # noqa: PLC0415

        return record_grid
    if name == "record_client":
        from fl_sim.recording.client_mod import record_client  # noqa: PLC0415

        return record_client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
