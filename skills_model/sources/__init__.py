"""What users really have, read one way: text, headings mapped to our names, every value checked, every fault told at once.

kinds.py        what a kind of file says: its fields, and how its rows become rows of the store
reading.py      a CSV file or a workbook as text, guarded before it is opened
headings.py     which heading means which field, guessed with a confidence, mended by the user, remembered
values.py       text as numbers, dates and choices, with a fault for each value that is none
meanings.py     what job titles, occupation codes and other words mean, suggested and remembered
pseudonym.py    the key of the store, and people under pseudonyms
joining.py      a user's own list of names beside pseudonyms, in memory only
importing.py    all of it in one go, into one transaction; a dry run does the same and takes it back
templates.py    a filled example workbook of each kind

registry.py     every kind, from the modules that hold the kinds of one origin: staff, skills, posts, tables, returns, official, others,
                open_formats, statistics

The rest helps one of these: esr.py (words of the personnel system), said.py and likeness.py (words against what was said, and how alike
they are), skill_words.py, grids.py (cells of a CSV file or workbook as clean text), sheets.py (workbooks, guarded, read in a child
process), names.py, ladder.py (the order of levels), case (CASE packages), examples.py.
"""
