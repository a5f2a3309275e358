"""Sets of papers as bits: the paper of number n is bit n. A search counts the values of its facets by them.

The rule: a set is bytes in the database and a whole number in Python, little-endian, and nothing else knows how.
"""

from __future__ import annotations

from collections.abc import Iterable


def to_bits(numbers: Iterable[int]) -> bytes:
    """
    >>> to_bits([0, 2, 9]).hex()
    '0502'
    """
    bits = bytearray()
    for number in numbers:
        place, bit = divmod(number, 8)
        if place >= len(bits):
            bits.extend(bytes(place + 1 - len(bits)))
        bits[place] |= 1 << bit
    return bytes(bits)


def count_common(one: bytes, other: bytes) -> int:
    """How many papers are in both sets.

    >>> count_common(to_bits([1, 2, 30]), to_bits([2, 3]))
    1
    """
    return (int.from_bytes(one, "little") & int.from_bytes(other, "little")).bit_count()


class Bits:
    """The aggregate that makes a set of a column of numbers, for `sqlite3.Connection.create_aggregate`."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def step(self, number: int) -> None:
        self.numbers.append(number)

    def finalize(self) -> bytes:
        return to_bits(self.numbers)
