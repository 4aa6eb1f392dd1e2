"""Blobs: read-only bytes with a path. Readers see nothing else of the world."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from backstamp.core.digest import Digest, digest_of
from backstamp.core.location import Bytes, Line, Location, Pointer, legible


class Pages(Protocol):
    """The memory behind a mapped file."""

    def give_back(self) -> None:
        """Let the system take the memory back; the bytes are read again when asked for."""
        ...

    def expect(self, *, scattered: bool) -> None:
        """Tell the system whether reads will be few and far apart, so that it does not read ahead."""
        ...


class Blob:
    """Bytes of one artifact or of one member of a container.

    ``view`` is what can be looked at. ``size`` is how long the artifact really is: where it is
    larger than the view (a huge inflated member), only the head is at hand and readers must say
    so (``Unread``) unless the part beyond holds nothing but raw numbers.
    """

    __slots__ = ("_digest", "_digester", "pages", "path", "size", "view")

    def __init__(
        self,
        view: memoryview | bytes,
        *,
        path: tuple[str, ...],
        size: int | None = None,
        digest: Digest | None = None,
        digester: Callable[[], Digest] | None = None,
        pages: Pages | None = None,
    ) -> None:
        self.view = memoryview(view)
        self.path = path if all(map(str.isascii, path)) else tuple(map(legible, path))
        self.size = len(self.view) if size is None else size
        self._digest = digest
        self._digester = digester  # a quicker way to the digest than through the view
        self.pages = pages

    @property
    def name(self) -> str:
        """The last part of the path, without folders."""
        return self.path[-1].replace("\\", "/").rsplit("/", 1)[-1] if self.path else ""

    @property
    def is_whole(self) -> bool:
        """All bytes of the artifact are in the view."""
        return len(self.view) == self.size

    @property
    def digest(self) -> Digest | None:
        """The SHA-256, computed once when first asked for; ``None`` if only the head is known."""
        if self._digest is None and self.is_whole:
            self._digest = self._digester() if self._digester else digest_of(self.view, self.give_back)
        return self._digest

    def give_back(self) -> None:
        """Let the system take the memory of a mapped file back; its bytes are read again when asked for."""
        if self.pages is not None:
            self.pages.give_back()

    @contextmanager
    def scattered(self) -> Iterator[None]:
        """Read here and there for the time of the context: a sparse look costs pages, not megabytes."""
        if self.pages is not None:
            self.pages.expect(scattered=True)
        try:
            yield
        finally:
            if self.pages is not None:
                self.pages.expect(scattered=False)

    def head(self, length: int) -> bytes:
        """Copy the first bytes."""
        return bytes(self.view[:length])

    def at(self, offset: int, length: int = 0) -> Location:
        """Name a run of bytes of this artifact."""
        return Location(self.path, Bytes(offset, length))

    def at_line(self, line: int, column: int = 1) -> Location:
        """Name a place in this artifact's text."""
        return Location(self.path, Line(line, column))

    def at_pointer(self, pointer: str) -> Location:
        """Name a JSON value of this artifact."""
        return Location(self.path, Pointer(pointer))

    def whole(self) -> Location:
        """Name this artifact as a whole."""
        return Location(self.path)

    def part(self, start: int, end: int, name: str) -> "Blob":
        """Make a blob of a run of these bytes, without copying them."""
        return Blob(self.view[start:end], path=(*self.path, name), pages=self.pages)
