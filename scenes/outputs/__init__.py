"""Output files: film, captions, loop, slides, contact sheet, drafts and audit."""
