"""A Flower app that trains for real and writes a run record."""
