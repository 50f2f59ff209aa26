"""From scenes to files that people use: film, loop, contact sheet, audit."""
