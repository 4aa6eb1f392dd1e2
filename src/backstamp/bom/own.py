"""Finds the package that a target itself is: a wheel, an unpacked wheel, a source distribution."""

from collections.abc import Iterator

import msgspec

from backstamp.bom.claims import Claim, Evidence
from backstamp.bom.inventory import Inventory
from backstamp.bom.purls import purl_of
from backstamp.core.supply import Kind, Method, Part, Trait
from backstamp.software.facts.packages import PackageDescription

_BY = "own-package/1"
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tgz", ".conda", ".tar")


class OwnPackage(msgspec.Struct, frozen=True, kw_only=True):
    """The package: what it calls itself, and where it says so."""

    description: PackageDescription
    evidence: Evidence

    @property
    def parts(self) -> frozenset[Part]:
        """The libraries that it would be if it were a part of something else."""
        key = f"{self.description.ecosystem}:{self.description.name}"
        return frozenset({Part(Kind.LIBRARY, key), Part(Kind.LIBRARY, f"{key}@{self.description.version}")})

    def claims(self, subject: Part) -> Iterator[Claim]:
        """Yield what its own description says of the subject."""
        library = Part(Kind.LIBRARY, f"{self.description.ecosystem}:{self.description.name}")
        purl = purl_of(library, self.description.version)
        for trait, value, name in (
            (Trait.NAME, self.description.name, ""),
            (Trait.VERSION, self.description.version, ""),
            (Trait.IDENTIFIER, purl, "purl"),
        ):
            if value:
                yield Claim(part=subject, trait=trait, value=value, name=name, evidence=self.evidence)


def own_package(inventory: Inventory) -> OwnPackage | None:
    """Find the one package that describes itself at the root of the target; of several, none is it."""
    found = [
        fact
        for fact in inventory.facts
        if isinstance(fact, PackageDescription) and _is_at_root(fact.place.path, inventory)
    ]
    if len({fact.name for fact in found}) != 1:
        return None
    digests = {record.path: record.digest for record in inventory.files}
    place = found[0].place
    evidence = Evidence(
        place=place, digest=digests.get(place.path), method=Method.DECLARED, confidence=0.95, by=_BY
    )
    return OwnPackage(description=found[0], evidence=evidence)


def _is_at_root(path: tuple[str, ...], inventory: Inventory) -> bool:
    """Say whether a description lies at the root of the target, or of the archive that the target is."""
    around = path[:-1]
    if around and (inventory.is_folder or not all(each.lower().endswith(_ARCHIVES) for each in around)):
        return False
    return path[-1].count("/") <= 1
