"""Reads forms from readers, with limits of size, and only with their CSRF token."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from datasette import Request

from papersette.site.datasette_seam import DatasetteError

LARGEST_FORM = 300_000
"""Largest form in bytes: 20,000 Arabic letters are 120,000."""
LARGEST_UPLOAD = 5_000_000
"""Largest form with a file, in bytes."""
MOST_FIELDS = 100
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
BOUNDARY = re.compile(r'boundary="?([\w\'()+,./:=?-]{1,70})"?', re.ASCII)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class TooLarge(Exception):
    """The request is larger than allowed."""


@dataclass(frozen=True)
class Form:
    """The fields of a form; for several values of one name, the last."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Field -> (name, content) of a file."""

    def text(self, name: str, longest: int) -> str:
        """Return a stripped text; "" for none. Raises DatasetteError of status 400."""
        text = self.fields.get(name, "").replace("\0", "").strip()
        if len(text) > longest:
            message = f"{name} has {len(text):,} characters; the limit is {longest:,}."
            raise DatasetteError(message, "Invalid request", status=400)
        return text

    def number(self, name: str, least: int, most: int) -> int:
        """Return a number. Raises DatasetteError of status 400."""
        text = self.fields.get(name, "")
        if text.isascii() and text.isdigit() and len(text) < 16 and least <= int(text) <= most:
            return int(text)
        message = f"{name} must be a number from {least} to {most}."
        raise DatasetteError(message, "Invalid request", status=400)


def to_refusal(scope: Scope) -> tuple[int, str]:
    """Return (status, message) for a request whose headers show that its form cannot be read.

    Return (0, "") for others. asgi_csrf, which comes next, reads the whole form before it answers.
    """
    headers = {name.lower(): value.decode("latin-1") for name, value in scope.get("headers") or ()}
    kind = headers.get(b"content-type", "")
    is_upload = kind.startswith(MULTIPART)
    if not kind.startswith((URLENCODED, MULTIPART)) or (is_upload and not BOUNDARY.search(kind)):
        return 415, "Send a form."
    length = headers.get(b"content-length", "0")
    if not length.isdecimal() or int(length) > to_largest(scope):
        return 413, f"A form may have {to_largest(scope):,} bytes."
    return 0, ""


def to_largest(scope: Scope) -> int:
    """Return the largest allowed size of a request's form, in bytes."""
    return LARGEST_UPLOAD if is_upload(scope) else LARGEST_FORM


def is_upload(scope: Scope) -> bool:
    """Return whether a request is a form with files."""
    kinds = [value for name, value in scope.get("headers") or () if name == b"content-type"]
    return bool(kinds) and kinds[0].startswith(MULTIPART.encode())


def limit(receive: Receive, largest: int) -> Receive:
    """Return a function that receives a request and raises TooLarge past its limit."""
    received = 0

    async def receiving() -> dict[str, Any]:
        nonlocal received
        message = await receive()
        received += len(message.get("body") or b"")
        if received > largest:
            raise TooLarge
        return message

    return receiving


async def read_form(request: Request, needs_token: bool = True) -> Form:
    """Return the form of a request. Raises DatasetteError if it cannot be read or trusted.

    Args:
        request: A POST request.
        needs_token: False if the address has a secret: mail programs send no token.
    """
    try:
        body = await request.post_body()
    except TooLarge:
        raise DatasetteError("The form is too large.", "Invalid request", status=413) from None
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith(MULTIPART):
            form = await asyncio.to_thread(_parse_multipart, kind, body)
        else:
            pairs = parse_qsl(
                body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS
            )
            form = Form(dict(pairs))
    except ValueError:
        raise DatasetteError("The form cannot be read.", "Invalid request", status=400) from None
    if needs_token:
        check_token(request, form)
    return form


def check_token(request: Request, form: Form) -> None:
    """Raise DatasetteError of status 403 unless a form has the token of the visitor's cookie.

    asgi_csrf accepts requests without cookies, or with some headers, as a browser would not send
    them. A login by a proxy or HTTP Basic needs no cookie, so the token is required here.
    """
    given, expected = form.fields.get("csrftoken", ""), request.scope["csrftoken"]()
    if not secrets.compare_digest(given.encode(), expected.encode()):
        message = "The form is too old, or comes from another site. Load the page again."
        raise DatasetteError(message, "Forbidden", status=403)


def _parse_multipart(kind: str, body: bytes) -> Form:
    parser: BytesParser[EmailMessage] = BytesParser(policy=HTTP)
    message = parser.parsebytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body)
    form = Form()
    for number, part in enumerate(message.iter_parts()):
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if number >= MOST_FIELDS or not isinstance(content, bytes):
            raise ValueError
        if not isinstance(name, str):
            continue
        if (file := part.get_filename()) is not None:
            form.files[name] = (file, content)
        else:
            form.fields[name] = content.decode("utf-8")
    return form
