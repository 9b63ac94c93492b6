"""Owns what files do to one another: names and whole policies taken from another file (`imports`), notices that amend notices.

`corpus.load_corpus(folder)` gives the notices of a folder, `consolidate.consolidate(corpus, on, known, of)` the text of one of them
in force on a day (`.file`, a written tree for `check`), `consolidate.in_force` which notices are, `consolidate.corpus_findings` what is wrong.
"""
