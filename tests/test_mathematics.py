"""Formulas of titles and abstracts as MathML:
what is one, what is not, and nothing else gets in."""

import html
from html.parser import HTMLParser

import pytest

from papersette.mathematics import ATTRIBUTES, ELEMENTS, sanitise, to_html

FORMULAS = {
    "$x^2$": "<math><msup><mi>x</mi><mn>2</mn></msup></math>",
    r"\(x_i\)": "<math><msub><mi>x</mi><mi>i</mi></msub></math>",
    r"\[x\]": '<math display="block"><mi>x</mi></math>',
    "$$x$$": '<math display="block"><mi>x</mi></math>',
    r"$\mathbb{R}$": "<math><mi>ℝ</mi></math>",
    "$a<b$": "<math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>",
}


@pytest.mark.parametrize("latex", FORMULAS)
def test_a_formula_becomes_mathml(latex):
    assert to_html(f"The {latex} norm") == f"The {FORMULAS[latex]} norm"


AS_WRITTEN = [
    "from $5 to $10",
    "$5 million in US$ now",
    "US$5 and A$6",
    r"\$5 and \$6",
    r"$\nosuchcommand{x}$",
    r"$\frac{a$",
    "$a_b_c$",
    r"$\newcommand{\a}{\a\a}\a$",
    r"$\href{javascript:alert(1)}{x}$",
    "$ x $",
    "$x",
    "$$",
    r"\(",
    "50% & more <b>",
    "$" + "x" * 501 + "$",
]


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_what_is_no_formula_or_a_bad_one_stays_as_written(text):
    assert to_html(text) == html.escape(text)


HOSTILE = [
    "<script>alert(1)</script> $x$",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\text{</math><script>alert(1)</script>}$",
    r"$\class{evil}{x}\style{color:red}{y}$",
    r"$\url{javascript:alert(1)}$",
    r'$\color{red" onclick="alert(1)}x$',
    r"$\includegraphics{x}$ $\cssId{a}{b}$ $\unicode{60}script$",
    '$"><script>alert(1)</script>$',
    "$<mi>x</mi>$ $&lt;script&gt;$",
]


class Collector(HTMLParser):
    """Collects the elements and attributes of HTML."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name for name, _ in attrs}))


@pytest.mark.parametrize("text", HOSTILE)
def test_html_has_only_known_elements_and_attributes_of_mathml(text):
    parser = Collector()
    parser.feed(to_html(text))
    assert all(tag in ELEMENTS and names <= ATTRIBUTES for tag, names in parser.found)
    assert "script" not in ELEMENTS


@pytest.mark.parametrize(
    ("mathml", "clean"),
    [
        ('<math><mi href="javascript:x" class="a" mathvariant="normal">x</mi></math>',
         '<math><mi mathvariant="normal">x</mi></math>'),
        ('<math><mo lspace="expression(x)">+</mo></math>', "<math><mo>+</mo></math>"),
        ("<math><maction>x</maction></math>", ""),
        ("<math><mi>x</mi><!-- a --></math>", ""),
        ("<math><annotation-xml><a href='x'>y</a></annotation-xml></math>", ""),
        ("<math><mi>&lt;b&gt;</mi></math>", "<math><mi>&lt;b&gt;</mi></math>"),
    ],
)  # fmt: skip
def test_mathml_is_written_anew_from_what_is_allowed(mathml, clean):
    assert sanitise(mathml) == clean


@pytest.mark.parametrize(
    "text", ["$" + "{" * 249 + "x" + "}" * 249 + "$", r"$" + r"\sqrt{" * 80 + "x" + "}" * 80 + "$"]
)
def test_deep_nesting_ends(text):
    assert to_html(text)


@pytest.mark.parametrize("part", [r"\[", "$a ", "$", r"\(", "$a\\"])
def test_a_long_text_of_delimiters_stays_as_written(part):
    assert to_html(part * 50_000) == part * 50_000


def test_no_text_is_empty():
    assert to_html(None) == ""
    assert to_html("") == ""
