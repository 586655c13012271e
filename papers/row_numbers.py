"""Numbers of rows as addresses and forms write them."""

# Eighteen digits fit into a bigint whatever they are.
MOST_DIGITS = 18


def read_row_number(text: str) -> int | None:
    """Return the number that `text`, ASCII digits and nothing else, is; None where it is none or
    has more digits than a row's number can."""
    if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
        return int(text)
    return None
