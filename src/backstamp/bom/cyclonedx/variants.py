"""Writes the forms of a model that lie beside each other: quantisations, exports, as ``pedigree.variants``.

What is known of one form only (its types, its quantisation, how many parameters it holds) stands with it, so
that it cannot be mistaken for something of the model or of another form.
"""

from backstamp.bom.claims import Evidence
from backstamp.bom.cyclonedx.components import Writer
from backstamp.bom.cyclonedx.desk import prop
from backstamp.bom.graph import Value
from backstamp.bom.homes import is_weight_file
from backstamp.core.location import Location
from backstamp.core.supply import Method, Part, Trait
from backstamp.core.tree import Json, Tree

_WORDS = {
    Trait.PARAMETERS: "cdx:ai-ml:model:parameter:count",
    Trait.ELEMENTS: "backstamp:elements:",
    Trait.QUANTIZATION: "cdx:ai-ml:model:hyperparameter:quantization:",
}


def is_of_variant(value: Value) -> bool:
    """Say whether a value is of one form of the model only."""
    return value.trait in _WORDS and bool(value.scope)


def variants_of(part: Part, writer: Writer) -> list[Json]:
    """Write the forms of a model, by name."""
    forms: dict[str, list[Value]] = {}
    for trait in _WORDS:
        for value in writer.graph.all(part, trait):
            if value.scope:
                forms.setdefault(value.scope, []).append(value)
    digests = _digests(part, writer) if forms else {}
    return [_variant(name, values, digests, writer) for name, values in sorted(forms.items())]


def _variant(name: str, values: list[Value], digests: dict[str, Evidence], writer: Writer) -> Tree:
    made: Tree = {"type": "machine-learning-model", "name": name}
    if (evidence := digests.get(name)) and evidence.digest:
        digest: Tree = {"alg": "SHA-256", "content": evidence.digest.hex}
        writer.desk.cite_evidence(digest, "", evidence)
        made["hashes"] = [digest]
    properties: list[Json] = []
    for value in values:
        word = _WORDS[value.trait]
        each = prop(word + value.name if word.endswith(":") else word, value.value)
        writer.desk.cite(each, "", value)
        properties.append(each)
    made["properties"] = properties
    writer.desk.cite(made, "name", values[0])
    return made


def _digests(part: Part, writer: Writer) -> dict[str, Evidence]:
    """The digests of the files that are a form each; of shards, none is the form."""
    found: dict[str, Evidence] = {}
    for record in writer.assembly.homes.files_of(part):
        if record.digest and is_weight_file(record):
            found[record.path[-1].rpartition("/")[2]] = Evidence(
                place=Location(record.path),
                digest=record.digest,
                method=Method.MEASURED,
                confidence=1.0,
                by="digest/1",
            )
    return found
