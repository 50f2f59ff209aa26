"""What a run record holds, and how it is laid out in its two files. Use it by `fl_sim.record`."""
