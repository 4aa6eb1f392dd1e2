"""Package URLs of parts. Source: the purl specification with its types huggingface, pypi, npm and oci."""

from urllib.parse import quote

from backstamp.core.supply import Kind, Part, is_commit

_HEX = frozenset("0123456789abcdef")


def purl_of(part: Part, version: str = "") -> str:
    """Write the package URL of a part; empty where its world has no purl type.

    Datasets of the Hugging Face Hub have none yet: theirs would name a model of the same name.
    """
    world, _, name = part.key.partition(":")
    name, _, pinned = name.partition("@") if world in ("pypi", "conda", "cargo", "golang") else (name, "", "")
    at = version or pinned
    if world == "huggingface" and part.kind in (Kind.MODEL, Kind.ADAPTER, Kind.TOKENIZER):
        return _written("huggingface", name, at.lower() if is_commit(at.lower()) else "")
    if world == "pypi":
        return _written("pypi", name.lower().replace("_", "-"), at)
    if world in ("npm", "conda", "cargo"):
        return _written(world, name.lower() if world != "npm" or name.islower() else name, at)
    if world == "oci":
        return _image(name, at)
    if world == "mlflow":
        return _written("mlflow", name, at)
    return ""


def _written(kind: str, name: str, version: str) -> str:
    path = "/".join(quote(word, safe=".-_~") for word in name.split("/") if word)
    return f"pkg:{kind}/{path}" + (f"@{quote(version, safe='.-_~:')}" if version else "")


def _image(name: str, version: str) -> str:
    repository, _, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
    last = repository.rpartition("/")[2].lower()
    digest = version if version.startswith("sha256:") else ""
    purl = f"pkg:oci/{quote(last, safe='.-_~')}" + (f"@{quote(digest, safe='.-_~')}" if digest else "")
    words = {"repository_url": repository.lower() if "/" in repository else "", "tag": tag}
    given = "&".join(f"{key}={quote(value, safe='.-_~/:')}" for key, value in words.items() if value)
    return f"{purl}?{given}" if given else purl


def range_of(part: Part, wanted: str) -> str:
    """Write the versions that are asked for as a range in the notation of the VERS specification.

    Empty where they are written in a way that it has no words for.
    """
    world = part.key.partition(":")[0]
    if world != "pypi" or not wanted:
        return ""
    bounds = []
    for word in wanted.replace(" ", "").split(","):
        for sign in (">=", "<=", "!=", "==", ">", "<"):
            if word.startswith(sign):
                bounds.append((word[len(sign) :], "" if sign == "==" else sign))
                break
        else:
            return ""
    if any(not version or "*" in version or "@" in version for version, _ in bounds):
        return ""
    return "vers:pypi/" + "|".join(f"{sign}{quote(version, safe='.-_~')}" for version, sign in sorted(bounds))
