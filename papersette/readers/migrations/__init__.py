"""Changes of the schema of readers.db, one file each: NUMBER_NAME.sql, from 001 without gaps.

A released file is never changed: a correction is the next number. Every file runs in one
transaction, so that it is applied completely or not at all.
"""
