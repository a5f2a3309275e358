"""Pages of PDFs as printed, with passages highlighted.

`pages` reads and renders a page in a worker process that `workers` guards, `cache` keeps images on
disk, `highlights` finds words and passages on a page, and `quotes` makes links to passages that
survive rebuilds. It knows neither HTTP nor the database.
"""
