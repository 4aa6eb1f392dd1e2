"""What a run reads, described by digest: files, folders, data set objects, hub names; and what it used up."""

import csv
import os
import sys
from collections.abc import Iterator, Mapping

from backstamp.capture import files
from backstamp.capture.settings import plain
from backstamp.capture.statement import described
from backstamp.core.supply import is_hub_name
from backstamp.core.tree import Json, Tree

_EMISSIONS = ("emissions.csv",)
_MOST_COLUMNS = 200


def each(given: object) -> Iterator[tuple[str, object]]:
    """Yield what was given with its name: one thing, a list of them, or a dictionary by name."""
    if given is None:
        return
    if isinstance(given, Mapping) and not hasattr(given, "_fingerprint"):
        yield from ((str(name), source) for name, source in given.items())
    elif isinstance(given, list | tuple):
        yield from (("", source) for source in given)
    else:
        yield "", given


def described_source(source: object, *, kind: str, name: str = "") -> list[Tree]:
    """Describe something that a run reads: each file of it, or the whole by what is known of it."""
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        if os.path.exists(path):
            return _described_path(path, kind, name)
        return [_described_name(path, kind, name)]
    if isinstance(source, Mapping) and not hasattr(source, "_fingerprint"):
        named = [(f"{name}/{key}" if name else str(key), value) for key, value in list(source.items())[:100]]
        return [made for label, value in named for made in described_source(value, kind=kind, name=label)]
    return [_described_object(source, kind, name)]


def _described_path(path: str, kind: str, name: str) -> list[Tree]:
    shown = files.shown_path(path)
    found = files.fingerprints_of(path)
    if os.path.isfile(path):
        return [described(shown, file.sha256, kind, size=file.size, role=name) for file in found]
    prefix = "" if shown == "." else shown + "/"
    whole: Tree = {
        "name": shown,
        "digest": {"sha256": files.tree_digest(found)},
        "annotations": {"kind": kind, "files": len(found), "size": sum(file.size for file in found)},
    }
    if name and isinstance(whole["annotations"], dict):
        whole["annotations"]["role"] = name
    inside = [described(prefix + f.name, f.sha256, kind, size=f.size, role=name, partOf=shown) for f in found]
    return [whole, *inside]


def _described_name(text: str, kind: str, name: str) -> Tree:
    """A name that is no path here: on the hub, with the revision behind an ``@``, or anywhere."""
    bare, _, revision = text.partition("@")
    notes: Tree = {"kind": kind}
    if name:
        notes["role"] = name
    found: Tree = {"name": str(plain(text)), "annotations": notes}
    if is_hub_name(bare):
        prefix = "datasets/" if kind == "dataset" else ""
        found["uri"] = f"https://huggingface.co/{prefix}{bare}"
        found["name"] = bare
        if revision:
            found["digest"] = {"gitCommit": revision} if len(revision) == 40 else {}
            notes["revision"] = str(plain(revision))
    return found


def _described_object(source: object, kind: str, name: str) -> Tree:
    """Describe a data set of ``datasets`` by its own fingerprint; anything else by its type and length."""
    notes: Tree = {"kind": kind, "type": f"{type(source).__module__}.{type(source).__qualname__}"}
    fingerprint = getattr(source, "_fingerprint", None)
    if isinstance(fingerprint, str):
        notes["fingerprint"] = fingerprint
    rows = getattr(source, "num_rows", None)
    if rows is None and hasattr(source, "__len__"):
        try:
            rows = len(source)
        except TypeError:
            rows = None
    if isinstance(rows, int):
        notes["rows"] = rows
    digest = _array_digest(source)
    if columns := _columns_of(source):
        notes["columns"] = columns
    info = getattr(source, "info", None)
    for key, attribute in (("dataset", "dataset_name"), ("config", "config_name"), ("split", "split")):
        value = getattr(source, attribute, None) or getattr(info, attribute, None)
        if value is not None and not callable(value) and str(value):
            notes[key] = str(value)[:200]
    if version := getattr(info, "version", None):
        notes["version"] = str(version)[:40]
    label = name or str(notes.get("dataset") or "") or type(source).__name__
    found: Tree = {"name": label, "annotations": notes}
    if digest:
        found["digest"] = {"sha256": digest}
    return found


def _columns_of(source: object) -> Tree:
    """Name columns and their types, of a data set of ``datasets`` or of a data frame."""
    columns: Tree = {}
    features = getattr(source, "features", None)
    types = getattr(source, "dtypes", None)
    if isinstance(features, Mapping):
        for key, feature in list(features.items())[:_MOST_COLUMNS]:
            kind = getattr(feature, "dtype", None)
            columns[str(key)] = str(kind if isinstance(kind, str) else type(feature).__name__)[:100]
    elif types is not None and hasattr(source, "columns") and hasattr(types, "items"):
        for key, kind in list(types.items())[:_MOST_COLUMNS]:
            columns[str(key)] = str(kind)[:100]
    return columns


def _array_digest(source: object) -> str:
    """Compute the digest of the numbers of an array that lies in memory as they are read."""
    import hashlib

    if not (hasattr(source, "dtype") and hasattr(source, "shape")):
        return ""
    try:
        view = memoryview(source)  # type: ignore[arg-type]  # arrays hand out their bytes; others refuse
        return hashlib.sha256(view.cast("B")).hexdigest() if view.c_contiguous else ""
    except (TypeError, ValueError, BufferError):
        return ""


def peak_memory(*, children: bool) -> int:
    """Say the most memory that this process, or the largest of its children, held; zero if unknown."""
    try:
        import resource
    except ImportError:
        return 0
    who = resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def emissions_near(folder: str, started: str) -> Tree:
    """Read the last line of codecarbon's emissions.csv, if it is not older than the run."""
    for name in _EMISSIONS:
        path = os.path.join(folder, name)
        try:
            with open(path, encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))[-1:]
        except (OSError, ValueError, csv.Error):
            continue
        for row in rows:
            if str(row.get("timestamp") or "9")[:19] >= started[:10]:
                return _energy(row)
    return {}


def _energy(row: Mapping[str, str]) -> Tree:
    found: Tree = {}
    for key, column in (
        ("energyKilowattHours", "energy_consumed"),
        ("emissionsKilograms", "emissions"),
        ("durationSeconds", "duration"),
    ):
        try:
            value: Json = plain(float(row.get(column) or ""))
        except ValueError:
            continue
        if isinstance(value, float):
            found[key] = value
    for key, column in (("region", "region"), ("country", "country_iso_code")):
        if text := row.get(column):
            found[key] = str(text)[:100]
    return found
