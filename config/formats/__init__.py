"""How each language writes a date. Templates and code name the English way: `|date:"j F Y"`.

As texts are translated by their English words, dates are by their English format: Django asks the
language's `formats` for each format that it is given, and takes it as it is where there is none
(docs/decisions.md, "Languages"). A language other than English has a folder here, whose DATES name
all formats in use: tests/config/test_formats.py fails for one that is missing.
"""
