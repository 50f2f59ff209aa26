"""Releases: a folder with all published files of a run, updated incrementally.

``plan`` lists the clips of a release, ``products`` makes files from clips or takes them from the
cache, ``manifest`` lists the files, ``page`` writes the web page, and ``release`` runs them all.
"""
