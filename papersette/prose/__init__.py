"""Answers in prose by a language model; a quoted passage supports each of their sentences.

The model runs through `llm` (https://llm.datasette.io), an optional package, if metadata.yml names
one. The text of papers and the answer of the model are both untrusted.
"""
