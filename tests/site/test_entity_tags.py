"""Entity tags: a browser names the ones that it has, which a proxy may have made weak."""

import pytest
from datasette import Request

from papersette.site.entity_tags import is_known


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", W/"a"', True),
        ('"b"', False),
        ("a", False),
        ("", False),
    ],
)
def test_a_tag_is_known_if_the_header_names_it_weak_or_not(header, expected):
    scope = {"type": "http", "headers": [(b"if-none-match", header.encode())]}
    assert is_known(Request(scope, None), '"a"') is expected
    assert not is_known(Request({"type": "http", "headers": []}, None), '"a"')
