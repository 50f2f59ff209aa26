"""Faster rendering of Manim scenes, with the same pixels.

The package needs only Manim and imports nothing else of fedreel::

    from scenes.fast.scene import FastScene

    class MyScene(FastScene): ...
"""
