"""Implements the harvesting protocol OAI-PMH 2.0: arguments, resumption tokens and documents.

https://www.openarchives.org/OAI/openarchivesprotocol.html defines it. This module does not depend
on where the records come from.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from papersette.exports import dublin_core, elements

MEDIA_TYPE = "text/xml; charset=utf-8"
NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
ROOT = {
    "xmlns": NAMESPACE,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} {NAMESPACE}OAI-PMH.xsd",
}
ARGUMENTS: dict[str, tuple[set[str], set[str]]] = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), set()),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}),
}
"""Verb -> (required arguments, optional arguments)."""
LISTS = {"ListSets", "ListIdentifiers", "ListRecords"}
"""Verbs whose lists can be continued with resumptionToken instead of other arguments."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LONGEST_TOKEN = 4000
"""Longest resumption token, in characters."""
MOST_RECORDS = 10**9


class OaiError(Exception):
    """An error of the protocol; the response has HTTP status 200."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Token:
    """The position where a list continues, with all arguments of the list and its build."""

    build: str
    verb: str
    first: str
    """The earliest datestamp of the list, as `last` is the latest; "" for no limit."""
    last: str
    set_spec: str
    stamp: str
    """Datestamp of the last record sent."""
    paper_id: str
    cursor: int
    """Number of records sent so far."""


@dataclass(frozen=True)
class Asked:
    """A request whose arguments are valid."""

    verb: str
    arguments: Mapping[str, str]
    first: str = ""
    last: str = ""
    set_spec: str = ""
    token: Token | None = None


@dataclass(frozen=True)
class Header:
    """The header of a record in a list."""

    identifier: str
    stamp: str
    sets: tuple[str, ...] = ()
    is_deleted: bool = False


@dataclass(frozen=True)
class Repository:
    """The repository as Identify describes it."""

    name: str
    address: str
    email: str
    earliest: str


def parse_arguments(pairs: Sequence[tuple[str, str]], build: str) -> Asked:
    """Check the arguments of a request.

    Args:
        pairs: Names and values, as sent.
        build: Id of the build that is served; tokens of other builds are refused.

    Raises:
        OaiError: An argument is missing, repeated, unknown or malformed.
    """
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        raise OaiError("badVerb", f"verb must be one of {', '.join(ARGUMENTS)}, once.")
    verb = verbs[0]
    arguments = dict(pairs)
    if len(arguments) < len(pairs):
        raise OaiError("badArgument", "An argument is repeated.")
    given = arguments.keys() - {"verb"}
    if "resumptionToken" in given and verb in LISTS:
        if len(given) > 1:
            raise OaiError("badArgument", "resumptionToken excludes all other arguments.")
        token = parse_token(arguments["resumptionToken"], verb, build)
        return Asked(verb, arguments, token.first, token.last, token.set_spec, token)
    required, optional = ARGUMENTS[verb]
    if unknown := sorted(given - required - optional):
        raise OaiError("badArgument", f"{verb} has no argument {unknown[0]}.")
    if missing := sorted(required - given):
        raise OaiError("badArgument", f"{verb} needs the argument {missing[0]}.")
    if arguments.get("metadataPrefix", dublin_core.PREFIX) != dublin_core.PREFIX:
        raise OaiError("cannotDisseminateFormat", f"The only format is {dublin_core.PREFIX}.")
    first, last = parse_dates(arguments.get("from"), arguments.get("until"))
    return Asked(verb, arguments, first, last, arguments.get("set", ""))


def parse_dates(first: str | None, last: str | None) -> tuple[str, str]:
    """Return the first and the last second of a period, each "" if it is open.

    >>> parse_dates("2024-02-28", "2024-02-29")
    ('2024-02-28T00:00:00Z', '2024-02-29T23:59:59Z')

    Raises:
        OaiError: One is not a date, or they do not fit together.
    """
    for name, text in (("from", first), ("until", last)):
        if text is not None and not is_date(text):
            raise OaiError("badArgument", f"{name} must be YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")
    if first and last and len(first) != len(last):
        raise OaiError("badArgument", "from and until must both have a time, or none.")
    period = (
        f"{first}T00:00:00Z" if first and "T" not in first else first or "",
        f"{last}T23:59:59Z" if last and "T" not in last else last or "",
    )
    if all(period) and period[0] > period[1]:
        raise OaiError("badArgument", "from must not be after until.")
    return period


def is_date(text: str) -> bool:
    if not text.isascii() or not (DAY.fullmatch(text) or SECOND.fullmatch(text)):
        return False
    try:
        datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return False
    return True


def write_token(token: Token) -> str:
    """Return a token as text."""
    return base64.urlsafe_b64encode(json.dumps(asdict(token)).encode()).decode()


def parse_token(text: str, verb: str, build: str) -> Token:
    """Read a resumption token.

    Raises:
        OaiError: It is not a token, or it belongs to another verb or another build.
    """
    wrong = OaiError("badResumptionToken", "This is not a token of this list. Begin it again.")
    if len(text) > LONGEST_TOKEN:
        raise wrong
    try:
        token = Token(**json.loads(base64.urlsafe_b64decode(text.encode("ascii"))))
        texts = [value for name, value in asdict(token).items() if name != "cursor"]
        "".join(texts).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise wrong from error
    if token.verb != verb or type(token.cursor) is not int or not 0 <= token.cursor < MOST_RECORDS:
        raise wrong
    if token.build != build:
        message = "The collection has been built again since. Begin the list again."
        raise OaiError("badResumptionToken", message)
    return token


def to_set_spec(venue_id: str) -> str:
    """Return a venue's id as a setSpec, which allows few characters.

    >>> to_set_spec("iclr-2019"), to_set_spec("a b/ü")
    ('iclr-2019', 'a~20b~2F~C3~BC')
    """
    return quote(venue_id, safe="").replace("~", "%7E").replace("%", "~")


def to_identifier(host: str, paper_id: str) -> str:
    """Return the identifier of a paper at the repository of a host.

    >>> to_identifier("papers.example.org", "a/b")
    'oai:papers.example.org:a%2Fb'
    """
    return f"oai:{host}:{quote(paper_id, safe='')}"


def to_paper_id(host: str, identifier: str) -> str | None:
    """Return the id of the paper that an identifier names; None if it belongs to another host."""
    prefix = f"oai:{host}:"
    return unquote(identifier.removeprefix(prefix)) if identifier.startswith(prefix) else None


def to_document(
    address: str, now: datetime, asked: Mapping[str, str], content: Iterable[Element]
) -> str:
    """Return the answer to a request.

    Args:
        address: Address of the repository.
        now: Time of the response.
        asked: The arguments to repeat in `request`; empty if they are not valid.
        content: The elements after `request`.
    """
    root = Element("OAI-PMH", ROOT)
    elements.add(root, "responseDate", f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    elements.add(root, "request", address, **asked)
    root.extend(content)
    return elements.to_document(root)


def to_error(error: OaiError) -> Element:
    element = Element("error", code=error.code)
    element.text = elements.printable(str(error))
    return element


def to_identify(repository: Repository) -> Element:
    root = Element("Identify")
    for name, text in (
        ("repositoryName", repository.name),
        ("baseURL", repository.address),
        ("protocolVersion", "2.0"),
        ("adminEmail", repository.email),
        ("earliestDatestamp", repository.earliest),
        ("deletedRecord", "transient"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        elements.add(root, name, text)
    return root


def to_formats() -> Element:
    root = Element("ListMetadataFormats")
    one = ElementTree.SubElement(root, "metadataFormat")
    elements.add(one, "metadataPrefix", dublin_core.PREFIX)
    elements.add(one, "schema", dublin_core.SCHEMA)
    elements.add(one, "metadataNamespace", dublin_core.NAMESPACE)
    return root


def to_sets(names: Mapping[str, str]) -> Element:
    """Return the element ListSets; `names` maps each setSpec to its name."""
    root = Element("ListSets")
    for spec, name in names.items():
        one = ElementTree.SubElement(root, "set")
        elements.add(one, "setSpec", spec)
        elements.add(one, "setName", name)
    return root


def to_header(header: Header) -> Element:
    root = Element("header", {"status": "deleted"} if header.is_deleted else {})
    elements.add(root, "identifier", header.identifier)
    elements.add(root, "datestamp", header.stamp)
    for spec in header.sets:
        elements.add(root, "setSpec", spec)
    return root


def to_record(header: Header, metadata: Element | None) -> Element:
    """Return a record; a deleted one has no metadata."""
    root = Element("record")
    root.append(to_header(header))
    if metadata is not None:
        ElementTree.SubElement(root, "metadata").append(metadata)
    return root


def to_list(verb: str, items: Iterable[Element], following: Element | None) -> Element:
    """Return a part of a list, with the resumption token of the next part if given."""
    root = Element(verb)
    root.extend(items)
    if following is not None:
        root.append(following)
    return root


def to_resumption(token: Token | None, cursor: int, size: int) -> Element | None:
    """Return the element resumptionToken, empty in the last part; None if the list has one part.

    Args:
        token: Token of the next part; None in the last part.
        cursor: Number of records before this part.
        size: Number of records in the whole list.
    """
    if token is None and not cursor:
        return None
    element = Element("resumptionToken", cursor=str(cursor), completeListSize=str(size))
    element.text = write_token(token) if token else None
    return element
