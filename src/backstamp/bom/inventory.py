"""What taking stock of a target gives: its files and everything that readers stated about them."""

import msgspec

from backstamp.core.digest import Digest
from backstamp.core.fact import Fact
from backstamp.core.reading import Status

LEFT_OUT = "excluded on request"  # the reason of a record that somebody asked to leave out


class FileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact: a file of the target, or a member of a container.

    ``digest`` is ``None`` where it was not computed; ``reason`` says what of it was not read, and why.
    """

    path: tuple[str, ...]
    size: int
    digest: Digest | None
    kinds: tuple[str, ...]
    status: Status = Status.COMPLETE
    reason: str = ""


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """The stock of one target, in the order in which its files were listed.

    ``target`` is the target's own name without its folders; ``is_folder`` says that it is more than one file.
    """

    target: str
    is_folder: bool
    files: tuple[FileRecord, ...]
    facts: tuple[Fact, ...]
