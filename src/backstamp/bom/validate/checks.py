"""The table of checks, in the order of their codes; ``docs/bom-validation.md`` is held against it."""

from backstamp.bom.validate.problem import Check, Grade, Level

_E, _W = Grade.ERROR, Grade.WARNING


def _check(level: Level, code: str, name: str, severity: Grade, what: str, fix: str) -> Check:
    return Check(code=code, name=name, level=level, severity=severity, what=what, fix=fix)


_S = Level.SCHEMA
UNEXPECTED = _check(
    _S, "BV101", "unexpected-property", _E, "A property that the schema does not know at this place.",
    "Remove it, or write it as an entry of properties.",
)  # fmt: skip
MISSING = _check(
    _S, "BV102", "missing-property", _E, "A property is missing that the schema requires.", "Add it."
)
TYPE = _check(
    _S, "BV103", "wrong-type", _E, "A value of another type: a number where a text belongs.",
    "Write a value of the type that is expected.",
)  # fmt: skip
WORD = _check(
    _S, "BV104", "unknown-word", _E, "A value that is not one of the words which the schema lists.",
    "Use one of the words of the schema.",
)  # fmt: skip
FORM = _check(
    _S, "BV105", "wrong-form", _E,
    "A text, number or list of the wrong form: pattern, format (date-time, IRI, e-mail), length or range.",
    "Write it in the form that is expected.",
)  # fmt: skip
REPEATED = _check(
    _S,
    "BV106",
    "repeated-item",
    _E,
    "A list holds the same item twice, where each may occur once.",
    "Keep one.",
)
CHOICE = _check(
    _S, "BV107", "no-alternative", _E,
    "A value that fits none, or more than one, of the alternatives of the schema, or one that is "
    "forbidden here.",
    "Write exactly one of the alternatives.",
)  # fmt: skip
LICENSE_ID = _check(
    _S, "BV108", "unknown-license-id", _E,
    "A licence id that is not on the SPDX list (ids are case-sensitive).",
    "Use an id of the SPDX list, or name the licence with license.name.",
)  # fmt: skip
MODEL = _check(
    _S, "BV150", "spdx-model", _E, "An element that does not follow the model of SPDX 3.0.1.",
    "Write it as the model says.",
)  # fmt: skip

_M = Level.SEMANTICS
DUPLICATE_REF = _check(
    _M, "BV201", "duplicate-bom-ref", _E, "Two elements have the same bom-ref.", "Give each its own bom-ref."
)
DANGLING_REF = _check(
    _M, "BV202", "dangling-reference", _E,
    "A reference to a bom-ref that no element of the document has (dependencies, data sets of model cards, "
    "citations, compositions, annotations, affected components, services, formulation, declarations ...).",
    "Add the element, or remove the reference.",
)  # fmt: skip
WRONG_TARGET = _check(
    _M, "BV203", "reference-to-another-kind", _W,
    "A reference to an element of the wrong kind: a model card's data set that is no data component, a "
    "citation's "
    "process that is no formula, workflow, task or step.",
    "Refer to the element that is meant.",
)  # fmt: skip
BOM_LINK = _check(
    _M, "BV204", "bom-link-form", _E,
    "A BOM-Link that is not urn:cdx:UUID/VERSION or urn:cdx:UUID/VERSION#REF.",
    "Write the serial number in lower case, the version, and (for an element) # with its bom-ref.",
)  # fmt: skip
CITATION = _check(
    _M, "BV205", "dangling-citation", _E, "A citation's JSON pointer that points at nothing in the document.",
    "Point at the value that is cited (RFC 6901), or remove the pointer.",
)  # fmt: skip
DEPENDENCY_TWICE = _check(
    _M, "BV206", "split-dependency", _W, "The dependencies of one element are listed in two entries.",
    "Join the entries.",
)  # fmt: skip
CYCLE = _check(
    _M,
    "BV210",
    "dependency-cycle",
    _W,
    "Elements that depend on each other in a circle.",
    "Check the direction.",
)
PEDIGREE_CYCLE = _check(
    _M, "BV211", "pedigree-cycle", _W, "A component that is its own ancestor, descendant or variant.",
    "Check the pedigree.",
)  # fmt: skip
PURL = _check(
    _M, "BV220", "purl-grammar", _E, "A package URL that is not one.",
    "Write pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS#SUBPATH with percent-encoding.",
)  # fmt: skip
PURL_FORM = _check(
    _M, "BV221", "purl-form", _W,
    "A package URL that is not in the canonical form, so that it does not match others.",
    "Use the canonical form.",
)  # fmt: skip
PURL_DISAGREES = _check(
    _M, "BV222", "purl-disagreement", _W, "A package URL of another name or version than its component.",
    "Correct the one that is wrong.",
)  # fmt: skip
EXTERNAL = _check(
    _M, "BV223", "external-subject", _E, "The component that the document is about is marked as external.",
    "Set isExternal of metadata.component to false.",
)  # fmt: skip
VERSION_RANGE = _check(
    _M, "BV224", "version-range-grammar", _E, "A version range that is not vers:SCHEME/CONSTRAINTS.",
    "Write it as the vers specification says: vers:pypi/>=1.0|<2.0.",
)  # fmt: skip
SERIAL = _check(
    _M, "BV225", "serial-number", _W,
    "No serial number, or the one of an example, so that nothing can link to it.",
    "Give the document its own urn:uuid:.",
)  # fmt: skip
EXPRESSION = _check(
    _M, "BV230", "license-expression-grammar", _E, "A licence expression that cannot be parsed.",
    "Join ids with AND, OR, WITH and brackets (SPDX specification, annex on licence expressions).",
)  # fmt: skip
EXPRESSION_ID = _check(
    _M, "BV231", "license-expression-id", _E, "A licence expression with an id that is not on the SPDX list.",
    "Use an id of the list, or LicenseRef- with a name of your own.",
)  # fmt: skip
EXPRESSION_CASE = _check(
    _M, "BV232", "license-expression-case", _W, "A licence expression with ids or operators in another case.",
    "Write ids as the SPDX list does and operators in capitals.",
)  # fmt: skip
LICENSE_NAME = _check(
    _M,
    "BV233",
    "license-name-is-id",
    _W,
    "A licence name that is an id of the SPDX list.",
    "Write it as license.id.",
)
HASH_LENGTH = _check(
    _M, "BV240", "hash-length", _E, "A hash value of another length than its algorithm gives.",
    "Correct the algorithm or the value.",
)  # fmt: skip
HASH_TWICE = _check(
    _M,
    "BV241",
    "hash-contradiction",
    _E,
    "Two values for one hash algorithm of the same thing.",
    "Keep the right one.",
)
ORDER = _check(
    _M,
    "BV251",
    "time-order",
    _E,
    "Something that ends, expires or is granted before it begins.",
    "Correct the times.",
)
FUTURE = _check(
    _M, "BV252", "time-ahead", _W, "A document, citation or annotation from the future.", "Correct the time."
)
MODEL_CARD = _check(
    _M, "BV260", "model-card-elsewhere", _E,
    "A model card on a component that is no machine-learning model, where nobody looks for it.",
    "Change the component's type to machine-learning-model, or move the card.",
)  # fmt: skip
DATA = _check(
    _M, "BV261", "data-elsewhere", _E, "A data object on a component whose type is not data.",
    "Change the component's type to data, or move the object to a component of its own.",
)  # fmt: skip
PLACEHOLDER = _check(
    _M, "BV270", "placeholder", _W,
    "An empty text, or a placeholder such as TODO, N/A, unknown or NOASSERTION.",
    "Leave the property out, or say why it is not known.",
)  # fmt: skip

SPDX_DUPLICATE = _check(
    _M,
    "BV301",
    "duplicate-spdx-id",
    _E,
    "Two elements of the graph have the same id.",
    "Give each its own id.",
)
SPDX_DANGLING = _check(
    _M, "BV302", "dangling-spdx-id", _E,
    "A reference to an element that is neither in the graph, nor imported, nor a part of the standard.",
    "Add the element, or list it in the import of the SpdxDocument.",
)  # fmt: skip
AI_MANDATORY = _check(
    _M, "BV303", "ai-profile-field", _E, "An AIPackage without a field that the AI profile makes mandatory.",
    "Add the field.",
)  # fmt: skip
DATASET_MANDATORY = _check(
    _M, "BV304", "dataset-profile-field", _E,
    "A DatasetPackage without a field that the Dataset profile makes mandatory.", "Add the field.",
)  # fmt: skip
PROFILE_MISSING = _check(
    _M, "BV305", "undeclared-profile", _W, "Elements of a profile that profileConformance does not name.",
    "Add the profile to profileConformance of the document or SBOM.",
)  # fmt: skip
PROFILE_EMPTY = _check(
    _M, "BV306", "empty-profile", _W, "A profile in profileConformance of which the graph has no element.",
    "Remove it from profileConformance.",
)  # fmt: skip
SPDX_DOCUMENT = _check(
    _M, "BV307", "spdx-document", _W, "Not exactly one SpdxDocument, or one without a root element.",
    "Add one SpdxDocument with a rootElement.",
)  # fmt: skip

_A = Level.ARTEFACTS
DIGEST = _check(
    _A, "BV401", "digest-mismatch", _E, "A file whose digest is not the one in the document.",
    "The file was changed after the document was made: find out by whom, then make it anew.",
)  # fmt: skip
FILE_MISSING = _check(
    _A, "BV402", "missing-file", _W, "A file of the document that is not among the artefacts.",
    "Give the folder that the document describes, or make the document anew.",
)  # fmt: skip
FILE_UNLISTED = _check(
    _A, "BV403", "unlisted-file", _W, "A file with weights that the document does not list.",
    "Make the document anew, or remove the file.",
)  # fmt: skip
PARAMETERS = _check(
    _A, "BV404", "parameter-count", _E, "A number of parameters that the headers of the weights contradict.",
    "Write the number that was measured.",
)  # fmt: skip
ELEMENT_TYPE = _check(
    _A, "BV405", "element-type", _E,
    "An element type or quantisation that the headers of the weights contradict.",
    "Write what was measured.",
)  # fmt: skip

SHAPE = _check(
    Level.DEEP, "BV501", "shape", _E, "A node that violates a SHACL shape of the SPDX model.",
    "Write it as the model says.",
)  # fmt: skip

CHECKS: tuple[Check, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Check))
