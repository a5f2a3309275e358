"""Changes of the schema of readers.db, one file each: NUMBER_NAME.sql, from 001 without gaps.

A file that was released is never changed: a correction is the next number. Every file runs in one
transaction, so that it is applied as a whole or not at all.
"""
