"""Automatic checks of a scene's pictures: readable text, contrast, overlaps, motion.

A scene is built but not encoded, and a few samples of every animation are judged by rules.
"""
