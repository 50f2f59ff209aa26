"""Checks every picture of a scene against the film's rules, beat by beat, without encoding it.

A scene is built with a few samples a play (``sampler``). Each sample is a ``Moment``: what is
drawn, in drawing order, read from Manim's own mobjects (``parts``, ``reader``). Rules look at
moments and yield faults; one file holds one rule or a few that belong together.
"""
