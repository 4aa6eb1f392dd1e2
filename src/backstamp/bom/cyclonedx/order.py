"""The order of keys in CycloneDX documents: that of the schema, so that equal documents are equal texts."""

from backstamp.core.tree import Json, Tree

_KEYS = (
    "$schema bomFormat specVersion serialNumber type mime-type bom-ref uid supplier manufacturer provider "
    "author publisher group name version versionRange isExternal metadata timestamp lifecycles tools "
    "manufacture authors component components services externalReferences dependencies formulation "
    "compositions vulnerabilities annotations declarations definitions citations description scope hashes "
    "licenses copyright cpe purl swhid swid modified pedigree evidence releaseNotes modelCard data "
    "cryptoProperties tags modelParameters quantitativeAnalysis considerations approach task "
    "architectureFamily modelArchitecture datasets inputs outputs ref dependsOn provides"
).split()
_LAST = ("properties", "signature")
_RANKS = {key: rank for rank, key in enumerate(_KEYS)} | {key: 10_000 + at for at, key in enumerate(_LAST)}


def ordered(tree: Tree) -> Tree:
    """Give a document with its keys in order; those that are not listed are sorted behind the others."""
    made = _ordered(tree)
    return made if isinstance(made, dict) else {}


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        known = sorted(value, key=lambda key: (_RANKS.get(key, 1000), key))
        return {key: _ordered(value[key]) for key in known}
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    return value
