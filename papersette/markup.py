"""Load XML with limits on size and depth, and read the text of its elements.

From a truncated or damaged file, the part before the damage is kept, and `Loaded.reasons` reports
it. A document type is ignored: nothing that it names is fetched, and a file that declares its own
entities is refused. The named entities of HTML, which the document types of JATS and DBLP declare,
are known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from html.entities import html5
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from papersette.loading import Loaded, read_bytes

Element = ElementTree.Element
DEEPEST = 200
"""Largest depth of elements: a formula in a table in a section of JATS has about 40 levels."""
MOST_REASONS = 10
"""Largest number of unknown entities that are reported."""


def load_xml(path: Path, *, namespaces: bool = False) -> Loaded:
    """Load the root element of an XML file, in the encoding that it declares.

    For a truncated or damaged file, the value has the elements before the damage, or is None if
    there are none. Names are without namespace, `href` for `xlink:href`, or with `namespaces`
    {namespace}name, as in ElementTree. Raises `BadFile` if the file cannot be read.
    """
    content, builder = read_bytes(path), _Builder(_qualified if namespaces else _local)
    try:
        builder.parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = f"line {error.lineno} is not XML: {expat.ErrorString(error.code)}"
        return Loaded(builder.close(), [*builder.reasons, f"{reason}; what follows is not read"])
    except _NotAllowedError as error:
        line = builder.parser.CurrentLineNumber
        return Loaded(builder.close(), [*builder.reasons, f"line {line} {error}"])
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        return Loaded(None, [f"line 1 is not XML: {error}"])
    return Loaded(builder.close(), builder.reasons)


class _NotAllowedError(Exception):
    """A construct of XML that no metadata needs."""


class _Builder:
    """Builds the tree of an XML file from the events of its parser."""

    def __init__(self, to_name: Callable[[str], str]) -> None:
        self._to_name = to_name
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.UseForeignDTD(True)  # an unknown entity is then skipped instead of an error
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.EntityDeclHandler = self.refuse
        self.parser.SkippedEntityHandler = self.skip
        self.reasons: list[str] = []
        self._tree = ElementTree.TreeBuilder()
        self._open: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise _NotAllowedError(f"is nested more than {DEEPEST} levels deep; the rest is lost")
        self._open.append(self._to_name(name))
        given = {self._to_name(key): attributes[key] for key in attributes}
        self._tree.start(self._open[-1], given)

    def end(self, name: str) -> None:
        self._tree.end(self._open.pop())

    def data(self, text: str) -> None:
        self._tree.data(text)

    def skip(self, name: str, is_parameter: bool) -> None:
        if is_parameter:
            return
        if f"{name};" not in html5 and len(self.reasons) < MOST_REASONS:
            line = self.parser.CurrentLineNumber
            self.reasons.append(f"line {line} has the unknown entity &{name};, kept as text")
        self._tree.data(html5.get(f"{name};", f"&{name};"))

    def refuse(self, *arguments: object) -> None:
        raise _NotAllowedError("declares an entity, which is not read; remove the declaration")

    def close(self) -> Element | None:
        """Close the open elements and return the root, or None if there is none."""
        if not self._open and not self.parser.CurrentByteIndex:
            return None
        while self._open:
            self._tree.end(self._open.pop())
        try:
            return self._tree.close()
        except AssertionError:  # no element was opened
            return None


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def to_plain_text(element: Element | None, without: Collection[str] = ()) -> str:
    """Return the text of an element and its descendants, in one line.

    Elements named in `without` are left out, but not the text after them. If a formula is given as
    MathML and as TeX, one of them is used; powers are written with ^.

    >>> to_plain_text(ElementTree.fromstring("<t>A <i>b</i><x>no</x>, c</t>"), {"x"})
    'A b, c'
    >>> to_plain_text(ElementTree.fromstring("<t>10<sup>-15</sup> M of Ca<sup>2+</sup></t>"))
    '10^-15 M of Ca2+'
    """
    return " ".join("".join(_texts(element, without)).split()) if element is not None else ""


def _texts(element: Element, without: Collection[str]) -> Iterator[str]:
    """Yield the texts of an element in order, without recursion: formulas are nested deeply."""
    stack: list[Element | str] = [element]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
            continue
        if item is not element and item.tag in SPACED:
            yield " "
            stack.append(" ")
        elif item.tag == "sup" and item.find("xref") is not None:
            yield " "  # the number of a note or reference does not belong to the word before it
        parts: list[Element | str] = [item.text or ""]
        for child in _first_form(item) if item.tag == "alternatives" else item:
            if child.tag == "sup" and str(parts[-1])[-1:].isdigit() and child.find("xref") is None:
                parts.append("^")  # 10 to the power of 15 must not become 1015
            parts += [child] if child.tag not in without else []
            parts.append(child.tail or "")
        stack.extend(reversed(parts))


SPACED = frozenset("break br p title label td th list-item def term kwd institution".split())
"""Elements whose text does not continue the word before or after it."""


def _first_form(element: Element) -> list[Element]:
    """Return the first child with text; other children are other forms of it, such as pictures."""
    return [child for child in element if any(child.itertext())][:1]
