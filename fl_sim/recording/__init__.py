"""The recorder: what a Flower strategy sends and receives becomes a run record."""
