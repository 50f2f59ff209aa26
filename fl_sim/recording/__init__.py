"""Turns what a Flower strategy does into a run record."""
