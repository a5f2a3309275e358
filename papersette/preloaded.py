"""Imports what every worker process of a build needs, once, in the process that they copy."""

from papersette.database import publish
from papersette.fulltext import reading
from papersette.knowledge import candidates, findings, map

__all__ = ["candidates", "findings", "map", "publish", "reading"]

reading.prepare_worker()
