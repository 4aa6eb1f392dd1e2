"""Model cards in the styles that tools and people write them; none is a copy of one."""

from pathlib import Path

_HERE = Path(__file__).parent


def card(name: str) -> bytes:
    """Give a card by the name of its file."""
    return (_HERE / f"{name}.md").read_bytes()
