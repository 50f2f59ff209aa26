"""Numbers with their sources, sentences made of them, and the languages these are written in."""
