"""Adds the filter with_mathematics: LaTeX formulas in titles and abstracts become MathML."""

from datasette import hookimpl
from markupsafe import Markup

from papersette.mathematics import to_html


@hookimpl
def prepare_jinja2_environment(env):
    env.filters["with_mathematics"] = lambda text: Markup(to_html(text))  # noqa: S704 - it escapes
