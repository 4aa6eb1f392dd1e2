"""Names of entries in archives: where they would lead whoever unpacks them."""


def escape_of(name: str) -> str:
    """Say how a name leaves the folder it is unpacked into; empty if it does not.

    Both separators count: what is a plain character on one system parts folders on another.
    """
    if "\0" in name:
        return "nul"
    if ".." not in name and name[:1] not in ("/", "\\") and name[1:2] != ":":
        return ""
    plain = name.replace("\\", "/")
    if len(plain) > 2 and plain[1] == ":" and plain[0].isalpha() and plain[2] == "/":
        return "drive"
    if plain.startswith("/"):
        return "absolute" if plain.strip("/") else ""
    return "climbs" if _climbs(plain) else ""


def leads_outside(name: str, target: str) -> bool:
    """Say whether a symbolic link of this name and target points out of the archive."""
    plain = target.replace("\\", "/")
    if plain.startswith("/") or plain[1:3] == ":/":
        return True
    folder = name.replace("\\", "/").rpartition("/")[0]
    return _climbs(f"{folder}/{plain}" if folder else plain)


def _climbs(plain: str) -> bool:
    depth = 0
    for part in plain.split("/"):
        if part == "..":
            depth -= 1
            if depth < 0:
                return True
        elif part not in ("", "."):
            depth += 1
    return False
