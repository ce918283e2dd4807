"""Reader of QR codes (ISO/IEC 18004), as a phone would read an undamaged code: without error correction.

Small ones only, of one block: up to version 3 with error correction M. Written from the standard, independently of the
library that draws the codes.
"""

import re

DATA = {21: 16, 25: 28, 29: 44}  # number of data words by size, with error correction M
MASKS = {
    0: lambda row, column: (row + column) % 2,
    1: lambda row, column: row % 2,
    2: lambda row, column: column % 3,
    3: lambda row, column: (row + column) % 3,
    4: lambda row, column: (row // 2 + column // 3) % 2,
    5: lambda row, column: row * column % 2 + row * column % 3,
    6: lambda row, column: (row * column % 2 + row * column % 3) % 2,
    7: lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
}
BYTES = 4  # mode indicator of the data
LEVEL_M = 0


def modules_in(content: str) -> list[list[bool]]:
    """Return the dark modules of the QR code that a page draws as strokes, one after the other, a unit high each."""
    stroke = re.compile(r"(\d+) (\d+)\.5 m (\d+) \2\.5 l")
    lines = [tuple(map(int, found)) for found in stroke.findall(content)]
    size = 1 + max(row for _left, row, _right in lines)
    dark = {(row, column) for left, row, right in lines for column in range(left, right)}
    return [[(row, column) in dark for column in range(size)] for row in range(size)]


def decoded_text(modules: list[list[bool]]) -> str:
    """Return the text of the code."""
    words = _words(modules)
    bits = "".join(f"{word:08b}" for word in words[: DATA[len(modules)]])
    assert int(bits[:4], 2) == BYTES
    length = int(bits[4:12], 2)
    return bytes(int(bits[at : at + 8], 2) for at in range(12, 12 + 8 * length, 8)).decode()


def _words(modules) -> list[int]:
    """Return the words in their order: in columns of two from the right, alternately up and down."""
    size, mask, bits = len(modules), MASKS[_mask(modules)], []
    columns = [column for column in range(size - 1, 0, -2) if column > 6] + [5, 3, 1]
    for turn, right in enumerate(columns):
        rows = range(size) if turn % 2 else range(size - 1, -1, -1)
        for row in rows:
            for column in (right, right - 1):
                if not _is_pattern(row, column, size):
                    bits.append(modules[row][column] ^ (mask(row, column) == 0))
    pieces = [bits[at : at + 8] for at in range(0, len(bits) - 7, 8)]
    return [int("".join(str(int(bit)) for bit in piece), 2) for piece in pieces]


def _mask(modules) -> int:
    """Return the number of the mask. Check that the error correction level beside it is M."""
    bits = "".join(str(int(modules[8][column])) for column in range(5))
    told = int(bits, 2) ^ 0b10101
    assert told >> 3 == LEVEL_M
    return told & 0b111


def _is_pattern(row: int, column: int, size: int) -> bool:
    """Return whether the module belongs to the finder, alignment or timing patterns or the format, not to the data."""
    corners = (row < 9 and column < 9) or (row < 9 and column >= size - 8) or (row >= size - 8 and column < 9)
    alignment = size > 21 and abs(row - (size - 7)) <= 2 and abs(column - (size - 7)) <= 2
    return corners or alignment or row == 6 or column == 6
