"""The schema of a run record: its model, checks, files and upgrades; used by `fl_sim.record`."""
