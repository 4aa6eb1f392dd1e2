"""Facts about packages: what a project asks for, has locked, or has installed.

Sources: PEP 440, 503, 508, 621, 723, 735, 751; the lock formats of pip, uv, poetry, pdm, pipenv, conda,
pixi, npm, pnpm, yarn and cargo.
"""

import msgspec

from backstamp.core.fact import Fact


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What a package requires, as its lock or metadata says: ``version`` where the lock names one."""

    name: str
    version: str = ""
    specifier: str = ""
    marker: str = ""


class PinnedPackage(Fact, frozen=True, kw_only=True):
    """A package that a file asks for, locks or installs.

    ``name`` is normalised by the rules of its ecosystem (PEP 503 for pypi), ``written`` is how it stands
    there.
    ``version`` is empty unless exactly one is meant (``is_exact``); ``specifier`` is the condition as
    written.
    ``hashes`` are ``algorithm:hex`` of the archives that are accepted. ``origin`` says where it comes from:
    ``registry``, ``url``, ``vcs``, ``path`` or ``channel``, and ``source`` its address without credentials;
    ``revision`` is the commit or tag of a repository. ``group`` is empty for what always runs, else the name
    of
    the extra, group or environment (``dev``, ``test``, ``extra:cuda``, ``build``). ``is_direct`` says
    whether the
    project itself asks for it; ``None`` where the file does not tell. ``file_kind`` is the kind of file:
    ``requirements``, ``uv-lock``, ``installed`` ...
    """

    ecosystem: str
    name: str
    written: str
    version: str = ""
    is_exact: bool = False
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    hashes: tuple[str, ...] = ()
    origin: str = "registry"
    source: str = ""
    revision: str = ""
    group: str = ""
    is_direct: bool | None = None
    is_editable: bool = False
    file_kind: str
    requires: tuple[Need, ...] = ()


class PackageDescription(Fact, frozen=True, kw_only=True):
    """What a package says of itself: licence (an SPDX expression or as written), authors, addresses."""

    ecosystem: str
    name: str
    version: str
    license: str = ""
    license_classifiers: tuple[str, ...] = ()
    author: str = ""
    summary: str = ""
    home_page: str = ""
    links: tuple[tuple[str, str], ...] = ()  # label, address


class IncludedRequirements(Fact, frozen=True, kw_only=True):
    """A requirements file includes another; ``is_constraint`` says that it only limits versions."""

    target: str
    is_constraint: bool


class PackageIndex(Fact, frozen=True, kw_only=True):
    """Where packages are fetched from. ``role``: ``index extra-index find-links trusted-host channel``.

    ``url`` has no credentials.
    """

    role: str
    url: str


class InstalledFiles(Fact, frozen=True, kw_only=True):
    """The list of files of an installed distribution: how many, how many of them without a digest.

    ``outside`` are the files that lie outside of the folder of packages (``../../bin/tool``).
    """

    distribution: str
    files: int
    unhashed: int
    outside: tuple[str, ...] = ()
