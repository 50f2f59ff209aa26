"""Numbers with sources, lines of text, languages and catalogues."""
