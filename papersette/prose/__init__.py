"""An answer in prose by a language model, each sentence of which a quoted passage supports.

The model runs through `llm` (https://llm.datasette.io), an optional package, if metadata.yml names
one. The text of papers and the answer of the model are both untrusted.
"""
