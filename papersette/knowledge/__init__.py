"""Extracts facts from papers: citations, tags, mentions, related papers. Uses no database."""
