"""Decodes texts as people leave them: UTF-8, UTF-16 by its byte order mark (PowerShell), else Latin-1."""

from backstamp.core.blob import Blob
from backstamp.core.errors import ReadError

_MARKS = ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(blob: Blob, most: int) -> str:
    """Decode the text of a blob. Raises ``ReadError`` if it is too large, not whole, or no text."""
    if blob.size > most or not blob.is_whole:
        raise ReadError(f"text of {blob.size:,} bytes is too large to be read")
    data = bytes(blob.view)
    try:
        for mark, encoding in _MARKS:
            if data.startswith(mark):
                return _plain(data.decode(encoding))
        return _plain(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ReadError(f"not UTF-16 text at byte {error.start}") from error
    return _plain(data.decode("latin-1"))


def _plain(text: str) -> str:
    if "\0" in text:
        raise ReadError("text with null characters")
    return text
