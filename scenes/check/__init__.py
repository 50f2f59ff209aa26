"""Automatic checks of a scene's pictures: readable text, contrast, overlaps, motion.

A scene is built but not encoded. ``sampler`` takes a few samples of every animation. Each sample
is a ``Moment``: the mobjects on screen in drawing order, as ``reader`` reads them. Rules check
moments and return faults; a file holds one rule or a few related ones.
"""
