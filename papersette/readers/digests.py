"""Writes digests: a file of e-mail for each reader who wants one and has something new.

Nothing is sent: a mailer of the site takes the .eml files from their folder. Writing the file is
the last step of the transaction that marks its news, and a hash of the news is its name and
Message-ID. A run killed between file and commit writes the same file again; no news are in two
digests.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from papersette.errors import UserError
from papersette.readers import durable, following, follows, mail_settings, papers, private_links
from papersette.readers.addresses import to_follow_path, to_paper_path
from papersette.readers.collection import Collection
from papersette.readers.follows import Follow, News
from papersette.readers.mail_settings import MailSettings
from papersette.readers.store import Store
from papersette.translations import to_template_vars

SUBJECT, PLAIN, HTML = "digest_subject.txt", "digest.txt", "digest.html"
"""Names of the templates."""
LISTED = 50
"""Papers listed for one follow in a digest; the others are only counted."""
POLICY = SMTP.clone(max_line_length=998)
"""Message policy; a shorter limit would encode long addresses in List-Unsubscribe, which mailers
do not expect."""


@dataclass(frozen=True)
class Site:
    """The site that digests link to.

    Args:
        url: Address of the site, such as https://papers.example.org.
        folder: Folder of the site, with its templates and locales.
        sender: E-mail address for the header From.
    """

    url: str
    folder: Path
    sender: str

    @property
    def host(self) -> str:
        """Return the host of the site."""
        return urlsplit(self.url).hostname or ""

    def to_url(self, path: str) -> str:
        """Return the address of a page."""
        return self.url.rstrip("/") + path


@dataclass(frozen=True)
class Part:
    """The news of one follow in a digest."""

    follow: Follow
    url: str
    papers: list[dict[str, str]]
    more: int


def check_site(site: Site) -> None:
    """Raise UserError if the address, the sender or the folder of a site is wrong."""
    parts = urlsplit(site.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise UserError(f"--url {site.url}: must be like https://papers.example.org")
    if not mail_settings.is_address(site.sender):
        raise UserError(f"--from {site.sender}: must be an address such as papers@example.org")
    if not (site.folder / "templates" / PLAIN).is_file():
        raise UserError(
            f"{site.folder}: has no templates/{PLAIN}; name the folder of the site with --site"
        )


def write_digests(
    store: Store, collection: Collection, site: Site, to: Path, blocked: Sequence[str] = ()
) -> list[Path]:
    """Write a digest for each reader who wants one and has news that were in no digest yet.

    Args:
        store: The store with readers and their follows.
        collection: The build that the follows are compared with.
        site: The site that digests link to.
        to: The folder for the files. It is created if it is missing.
        blocked: Accounts that get no digests.

    Raises:
        UserError: The folder cannot be written, or `site` is wrong.
    """
    check_site(site)
    mark_missing(store, collection)
    with store.read() as conn:
        wanted = mail_settings.list_all(conn, blocked)
    written = []
    try:
        to.mkdir(parents=True, exist_ok=True)
        for settings in wanted:
            following.refresh(store, collection, settings.reader_id)
            if path := write_digest(store, collection, site, to, settings):
                written.append(path)
    except OSError as error:
        raise UserError(f"{to}: digests cannot be written: {error}") from None
    return written


def mark_missing(store: Store, collection: Collection) -> None:
    """Mark the papers that left the publication."""
    with store.write() as conn:
        papers.mark(conn, collection.find_titles(papers.list_ids(conn)))


def write_digest(
    store: Store, collection: Collection, site: Site, to: Path, settings: MailSettings
) -> Path | None:
    """Write the digest of a reader; return its path, or None if there are no news."""
    with store.write() as conn:
        if mail_settings.find(conn, settings.reader_id) != settings:  # changed or ended meanwhile
            return None
        fresh = [news for news in follows.list_news(conn, settings.reader_id) if not news.mailed]
        parts = list(to_parts(conn, collection, site, settings.reader_id, fresh))
        if not parts:
            return None
        secret = private_links.make(conn, settings.reader_id, private_links.UNSUBSCRIBE)
        number = to_number(settings.reader_id, fresh)
        message = to_message(site, collection.publication, settings, parts, secret, number)
        follows.mark_mailed(conn, settings.reader_id)
        path = to / f"digest-{number}.eml"
        with durable.replacing(path) as part:
            part.write_bytes(message.as_bytes(policy=POLICY))
    return path


def to_number(reader_id: int, news: Sequence[News]) -> str:
    """Return a hash that identifies these news of this reader."""
    found = sorted((one.follow_id, one.paper_id, one.found) for one in news)
    return hashlib.sha256(repr((reader_id, found)).encode()).hexdigest()[:24]


def to_parts(
    conn: sqlite3.Connection,
    collection: Collection,
    site: Site,
    reader_id: int,
    fresh: Sequence[News],
) -> Iterator[Part]:
    """Yield the part of each follow that has news. Papers that were removed since are left out."""
    authors = collection.find_authors([news.paper_id for news in fresh])
    for follow in follows.list_follows(conn, reader_id):
        found = [
            {
                "title": news.title,
                "authors": authors.get(news.paper_id, ""),
                "url": site.to_url(to_paper_path(news.paper_id)),
            }
            for news in fresh
            if news.follow_id == follow.follow_id and not news.gone
        ]
        if found:
            url = site.to_url(to_follow_path(follow.kind, follow.target))
            yield Part(follow, url, found[:LISTED], len(found[LISTED:]))


def to_message(
    site: Site,
    publication: str,
    settings: MailSettings,
    parts: list[Part],
    secret: str,
    number: str,
) -> EmailMessage:
    """Return a digest with plain text and HTML, and with headers to unsubscribe (RFC 8058)."""
    count = len({paper["url"] for part in parts for paper in part.papers})
    unsubscribe = site.to_url(f"/-/unsubscribe/{secret}")
    context = to_template_vars(site.folder / "locales", settings.language) | {
        "publication": publication,
        "parts": parts,
        "count": count + sum(part.more for part in parts),
        "news_url": site.to_url("/-/following"),
        "unsubscribe_url": unsubscribe,
    }
    message = EmailMessage(policy=POLICY)
    for name, value in to_headers(site, settings, unsubscribe, number).items():
        message[name] = value
    message["Subject"] = " ".join(render(site, SUBJECT, context).split())
    message.set_content(render(site, PLAIN, context), cte="quoted-printable")
    message.add_alternative(render(site, HTML, context), subtype="html", cte="quoted-printable")
    message["Content-Language"] = settings.language  # set last, or it would move into a part
    return message


def to_headers(site: Site, settings: MailSettings, unsubscribe: str, number: str) -> dict[str, str]:
    """Return the headers of a digest that do not depend on the language."""
    return {
        "From": site.sender,
        "To": settings.address,
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": f"<digest-{number}@{site.host}>",
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def render(site: Site, template: str, context: dict[str, Any]) -> str:
    """Return a rendered template of the site."""
    environment = Environment(
        loader=FileSystemLoader(site.folder / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(context)
