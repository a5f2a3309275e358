"""Adds the filter with_mathematics: a title or an abstract with its LaTeX formulas as MathML."""

from datasette import hookimpl
from markupsafe import Markup

from papersette.mathematics import to_html


@hookimpl
def prepare_jinja2_environment(env):
    env.filters["with_mathematics"] = lambda text: Markup(to_html(text))  # noqa: S704 - it escapes
