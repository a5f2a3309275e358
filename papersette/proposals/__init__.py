"""Writes a catalog for a folder: recognises what lies there, and lists every doubt."""
