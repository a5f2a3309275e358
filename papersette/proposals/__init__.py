"""Writes a catalog for a folder: recognises its files, and lists every doubt."""
