"""Returns the receipt of a requested search, which papersette/search/receipts.py makes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from papersette.search.receipts import to_receipt
from papersette.search.results import Request
from papersette.site.query_response import to_arguments
from papersette.site.search_service import service_of


def wants_receipt(request: Any) -> bool:
    """Return whether a request has receipt=1."""
    return (request.args.get("receipt") or "") not in {"", "0", "off"}


async def read_receipt(datasette: Any, request: Any) -> dict[str, Any]:
    """Return the receipt of a search, whichever page of its results is requested."""
    service = service_of(datasette)
    assert service is not None  # the route of a search requires the database
    asked = Request.from_arguments(to_arguments(request))
    asked = replace(asked, page=1, size=1, facet="", named="", explain=False, passages=False)

    def make() -> dict[str, Any]:
        engine = service.engine()
        return to_receipt(engine.connect(), asked, engine.search(asked))

    return await asyncio.to_thread(make)
