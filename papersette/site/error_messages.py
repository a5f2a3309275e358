"""Messages of error pages that templates/error.html shows in the language of the reader.

Other messages are shown in English: those about arguments in addresses, and those of SQLite.
"""

TRANSLATED = (
    "Give a reason, which readers see.",
    "No paper in the library has a session with a date and time",
    "No session of this page has a date and time to put into a calendar",
    "The comment is empty.",
    "The comment is removed or hidden.",
    "The comment that this one answers is no longer there.",
    "The form is too old, or comes from another site. Load the page again.",
    "The search index is being built. Try again in a minute.",
    "There are no papers on this page to export",
    "There is no paper with this id.",
    "This is no e-mail address, such as name@example.org, or no known language.",
    "This is not your comment.",
    "This paper has no such passage.",
    "This private address is no longer valid.",
    "This site has neither a PDF nor the text of this paper.",
)
"""English texts; locales/ has the translations."""
