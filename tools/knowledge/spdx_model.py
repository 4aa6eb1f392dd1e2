"""Writes the model of SPDX 3.0.1 as one compact table, from the package spdx-python-model.

python -m tools.knowledge.spdx_model           writes src/backstamp/knowledge/data/spdx3.json
python -m tools.knowledge.spdx_model --check   says whether it is stale, and ends with 1 if it is

The package is generated from the ontology of the specification; it is needed here alone, not at run time.
A property is ``[type, least, most]`` with 0 for no limit; a type is ``string``, ``uri``, ``time``,
``integer``, ``natural``, ``boolean`` or ``decimal``, ``=`` and the name of an enumeration, or ``@`` and the
name of a class.
"""

import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLACE = os.path.join(ROOT, "src", "backstamp", "knowledge", "data", "spdx3.json")
_SIMPLE = {
    "DateTimeStampProp": "time",
    "AnyURIProp": "uri",
    "PositiveIntegerProp": "integer",
    "NonNegativeIntegerProp": "natural",
    "BooleanProp": "boolean",
    "FloatProp": "decimal",
    "StringProp": "string",
}
# The package has no public way to walk its classes.
_TYPE, _PROPERTIES = "_COMPACT_TYPE", "_OBJ_COMPACT_PROPS"
_PATTERNS = (
    ("time", r"^\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$"),
    ("media", r"^[^\/]+\/[^\/]+$"),
)


def table() -> str:
    """Write the table as text."""
    from spdx_python_model import v3_0_1 as model

    classes: dict[str, dict[str, object]] = {}
    enums: dict[str, list[str]] = {}
    individuals: dict[str, str] = {}
    for kind in vars(model).values():
        if not (isinstance(kind, type) and issubclass(kind, model.SHACLObject)):
            continue
        name = getattr(kind, _TYPE)
        if not name or name in classes:
            continue
        parent = kind.__mro__[1]
        if issubclass(kind, model.Element):
            individuals.update(kind.NAMED_INDIVIDUALS)
        classes[name] = {
            "parent": getattr(parent, _TYPE, None) or "",
            "abstract": bool(kind.IS_ABSTRACT),
            "named": kind.NODE_KIND == model.NodeKind.IRI,
            "properties": {
                word: _property(each, enums)
                for word, each in sorted(getattr(kind, _PROPERTIES).items())
                if word not in getattr(parent, _PROPERTIES, {})
            },
        }
    held = {
        "version": "3.0.1",
        "context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "individuals": dict(sorted(individuals.items())),
        "enums": dict(sorted(enums.items())),
        "classes": dict(sorted(classes.items())),
    }
    return json.dumps(held, indent=None, separators=(",", ":")).replace('},"', '},\n"') + "\n"


def _property(each: object, enums: dict[str, list[str]]) -> list[object]:
    made = each.reg()  # type: ignore[attr-defined]  # the package gives its descriptors no useful type
    least = int(each.min_count or 0)  # type: ignore[attr-defined]
    most = 1
    if type(made).__name__ == "ListProp":
        made = made.prop
        most = int(each.max_count or 0)  # type: ignore[attr-defined]
    return [_type_of(made, enums), least, most]


def _type_of(made: object, enums: dict[str, list[str]]) -> str:
    name = type(made).__name__
    if name == "EnumProp":
        context: tuple[tuple[str, str], ...] = made.context  # type: ignore[attr-defined]
        enum = context[0][0].split("/")[-2]
        enums[enum] = sorted(word for _, word in context)
        return f"={enum}"
    if name == "ObjectProp":
        return f"@{getattr(made.cls, _TYPE)}"  # type: ignore[attr-defined]
    pattern = getattr(made, "pattern", None)
    for kind, wanted in _PATTERNS:
        if pattern == wanted:
            return kind
    return "version" if pattern else _SIMPLE[name]


def main(arguments: list[str]) -> int:
    """Write or check."""
    written = table()
    if "--check" in arguments:
        with open(PLACE, encoding="utf-8") as file:
            return int(file.read() != written)
    with open(PLACE, "w", encoding="utf-8", newline="\n") as file:
        file.write(written)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
