"""The page of a release: the film, its transcript, a view of the run, and the records themselves.

Static HTML from Jinja templates: ``places`` says where in a record a number stands, ``records``
shows a record so that each place has an address, ``transcript`` says when what is told and shown,
``rounds`` what a run's rounds came to, ``shelf`` and ``assets`` put what the pages need beside
them, and ``site`` writes it all.
"""
