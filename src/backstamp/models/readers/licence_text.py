"""Reads licence files: which licence the text of LICENSE, COPYING, USE_POLICY and the like is.

1. Only files that are named for it are read, in any case, with or without a suffix of plain text.
2. What is stated is an SPDX id, derived by comparing fingerprints (``knowledge.licence_texts``), with the
   confidence of the match. A text with several licences states each.
3. A file of code that happens to be named so is no licence file. Licences of others' code that lies in the
   folder (``third_party``), and those that are for the code alone (``LICENSE-CODE``), say nothing of the
   model.
"""

import re
from collections.abc import Iterator
from functools import cache

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Teller, Trait

_LARGEST = 4 * MIB
_MOST = 8
_OTHERS = frozenset(
    "third_party third-party thirdparty 3rdparty vendor vendored node_modules external extern deps".split()
)
_SURE = 0.6  # below, it is a variant that may ask for other things


class LicenceTextReader:
    """Recognises the licence of a licence file."""

    name = "licence-text"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State the licences whose texts the file holds."""
        name = blob.name.lower()
        if not _name().fullmatch(name) or blob.size > _LARGEST or _is_of_others(blob.path[0].lower(), name):
            return
        from backstamp.knowledge.licences import recognised

        part = Part(Kind.DATASET if "data" in name else Kind.MODEL)
        raw = blob.head(MIB)
        budget.spend_operations(len(raw))
        for found in recognised(raw.decode("utf-8", "replace"))[:_MOST]:
            if found.confidence >= _SURE:
                tell = Teller(f"{self.name}/{self.version}", Method.DERIVED, found.confidence)
                yield tell.says(blob.whole(), part, Trait.LICENSE_TEXT, found.id)


def _is_of_others(path: str, name: str) -> bool:
    folders = path.replace("\\", "/").split("/")[:-1]
    return "code" in name or "third" in name or not _OTHERS.isdisjoint(folders)


@cache
def _name() -> re.Pattern[str]:
    return re.compile(
        r"(?:[\w.-]{0,40}[-_.])?(?:un)?licen[cs]e(?:s)?(?:[-_.][\w.-]{0,40})?(?<!\.py)(?<!\.json)(?<!\.js)(?<!\.yaml)(?<!\.yml)(?<!\.html)"
        r"|copying(?:[-_.][\w.-]{0,40})?|(?:acceptable[-_.])?use[-_.]?policy(?:\.(?:md|txt))?|[\w-]{0,40}terms(?:[-_]of[-_]use)?\.(?:md|txt)"
    )


READER = LicenceTextReader()
