"""Names of splits and shards in file names, as hubs write them: ``train-00000-of-00005.parquet``.

Source: Hugging Face "Structure your repository" (files named for a split); names that ``datasets`` writes.
"""

from functools import cache
from re import Pattern

_WORDS = {
    "train": "train", "training": "train", "trn": "train", "test": "test", "testing": "test", "tst": "test",
    "eval": "test", "evaluation": "test",
    "validation": "validation", "valid": "validation", "val": "validation",
    "dev": "validation", "development": "validation",
}  # fmt: skip


def split_of(path: str) -> str:
    """Name the split that a file belongs to: by its name, else by its folders; empty if neither says it."""
    *folders, name = path.replace("\\", "/").split("/")
    if found := _shard().match(name):
        word = found[1].rsplit("-", 1)[-1] if found[1] not in _WORDS else found[1]
        return _WORDS.get(word.lower(), word.lower()) if word.lower() != "data" else _of_folders(folders)
    return _of_words(name) or _of_folders(folders)


def _of_words(name: str) -> str:
    stem = name.lower().split(".", 1)[0]
    for word in (w for part in _apart().split(stem) for w in (part, part.rstrip("0123456789"))):
        if word in _WORDS:
            return _WORDS[word]
    return ""


def _of_folders(folders: list[str]) -> str:
    """The folder of a file may name its split; those further up are as often those of a program's tests."""
    return _WORDS.get(folders[-1].lower(), "") if folders else ""


@cache
def _shard() -> Pattern[str]:
    import re

    return re.compile(
        r"(?:.{0,100}-)??([A-Za-z][\w]{0,60}?)[-_][0-9]{4,6}-of-[0-9]{4,6}(?:-[0-9a-f]{8,32})?\."
    )


@cache
def _apart() -> Pattern[str]:
    import re

    return re.compile(r"[-_ .]+")
