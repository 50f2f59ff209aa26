"""Renders Manim's scenes faster, with the same pixels.

It needs nothing but Manim, and nothing else of this package is imported with it::

    from scenes.fast.scene import FastScene

    class MyScene(FastScene): ...
"""
