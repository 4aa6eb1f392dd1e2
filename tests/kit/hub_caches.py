"""Builds caches as huggingface_hub keeps them: blobs, snapshots of links, refs."""

import hashlib
from pathlib import Path

REVISION = "0123456789abcdef0123456789abcdef01234567"


def cached(
    root: Path,
    name: str,
    files: dict[str, bytes],
    *,
    revision: str = REVISION,
    ref: str = "main",
    kind: str = "models",
) -> Path:
    """Put a repository into a cache and give its snapshot."""
    folder = root / f"{kind}--{name.replace('/', '--')}"
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    snapshot = folder / "snapshots" / revision
    for path, data in files.items():
        blob = hashlib.sha256(data).hexdigest()
        (folder / "blobs" / blob).write_bytes(data)
        link = snapshot / path
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.is_symlink():
            link.unlink()
        link.symlink_to(Path("../" * (path.count("/") + 2)) / "blobs" / blob)
    if ref:
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "refs" / ref).write_text(revision)
    return snapshot
