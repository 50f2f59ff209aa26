"""The web page of a release: film, transcript, a view of the run, and the run records.

Static HTML from Jinja templates. ``places`` has the addresses of numbers, ``records`` and
``record_pages`` the pages of run records, ``transcript`` the captions and texts with their times,
``rounds`` the data of the run view, ``assets`` the shared files, and ``site`` writes everything.
"""
