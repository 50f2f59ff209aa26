"""The film's sound: what is heard of a run, and the samples of it."""
