"""Tells bytes that are an artifact of their own from data: strong magics only, a few bytes looked at.

For byte strings inside model graphs, where chance matches must not happen: each magic here stands
on at least seven known bits of structure beyond four bytes, or is text that only a program begins with.
"""

_PICKLE_PROTOCOLS = (2, 3, 4, 5)
_MAGICS = (
    b"PK\x03\x04",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"\x28\xb5\x2f\xfd",
    b"\x1f\x8b\x08",
    b"#!/",
    b"Rar!\x1a\x07",
    b"\x93NUMPY",
)
_MACHO = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")


def is_payload(view: memoryview, start: int, end: int) -> bool:
    """Say whether the bytes from ``start`` to ``end`` begin like an artifact of their own."""
    if end - start < 16:
        return _is_pickle(view, start, end)
    head = bytes(view[start : min(end, start + 64)])
    if head.startswith(_MAGICS):
        return True
    if head.startswith(b"\x7fELF"):
        return head[4] in (1, 2) and head[5] in (1, 2) and head[6] == 1
    if head.startswith(_MACHO):
        return True
    return _is_pe(view, start, end, head) or _is_pickle(view, start, end)


def _is_pe(view: memoryview, start: int, end: int, head: bytes) -> bool:
    if not head.startswith(b"MZ") or len(head) < 64:
        return False
    at = start + int.from_bytes(head[60:64], "little")
    return at + 4 <= min(end, len(view)) and bytes(view[at : at + 4]) == b"PE\0\0"


def _is_pickle(view: memoryview, start: int, end: int) -> bool:
    """A protocol 2 to 5 pickle: PROTO first, STOP last."""
    return (
        end - start >= 4
        and end <= len(view)
        and view[start] == 0x80
        and view[start + 1] in _PICKLE_PROTOCOLS
        and view[end - 1] == 0x2E
    )
