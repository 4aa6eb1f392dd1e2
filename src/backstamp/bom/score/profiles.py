"""The lists of minimum elements, and where a document answers each.

- ``g7``: G7 Cybersecurity Working Group, SBOM for AI, Minimum Elements (12 May 2026), 50 elements.
- ``cisa``: CISA, 2026 Minimum Elements for a Software Bill of Materials (July 2026).
- ``eu``: Regulation (EU) 2024/1689, Annex IV (high-risk systems), Annex XI and XII (general-purpose models).
- ``spdx-ai``: what the AI and Dataset profiles of SPDX 3.0.1 demand.

Names of the first two are as published; what stands in the regulations is told in our words.
"""

from typing import TypeAlias

import msgspec

from backstamp.bom.score import finders as find
from backstamp.bom.score.finders import Finder

DOCUMENT, SUBJECT, MODELS, DATASETS, COMPONENTS = "document", "subject", "models", "datasets", "components"
_CARD = "modelCard/considerations"
_PARAMETERS = "modelCard/modelParameters"


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a profile.

    ``over`` says of what it is asked: once of the document, or of each model, dataset or component.
    ``inherent``: what the document says of itself is true by being there. ``unknown`` are the words by
    which a document says that it does not know. ``advice`` is what to do to have it answered.
    """

    cluster: str
    name: str
    over: str
    find: Finder
    advice: str
    inherent: bool = False
    unknown: tuple[str, ...] = ()


Elements: TypeAlias = tuple[Element, ...]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A list of elements with its source."""

    name: str
    title: str
    source: str
    elements: tuple[Element, ...]


def _of(cluster: str, over: str, *rows: tuple[str, Finder, str] | tuple[str, Finder, str, str]) -> Elements:
    return tuple(
        Element(
            cluster=cluster,
            name=row[0],
            over=over,
            find=row[1],
            advice=row[2],
            inherent=over == DOCUMENT and cluster in ("META", "metadata", "practices"),
            unknown=row[3:],
        )
        for row in rows
    )


_AUTHOR = find.any_of(
    find.fields("metadata/authors", "metadata/manufacturer"), find.fields("metadata/author")
)
_META = (
    ("author", _AUTHOR, "Say who makes the BOM: backstamp bom --author NAME"),
    ("version", find.fields("version"), "Number the versions of the BOM"),
    ("data format name", find.fields("bomFormat"), "Write bomFormat"),
    ("data format version", find.fields("specVersion"), "Write specVersion"),
    ("author signature", find.signature, "Sign the BOM: backstamp sign"),
    ("tool name", find.tools, "Name the tool in metadata.tools"),
    ("tool version", find.tool_versions, "Name the tool's version in metadata.tools"),
    ("generation context", find.generation_context, "Name the phase in metadata.lifecycles"),
    ("timestamp", find.fields("metadata/timestamp"), "Write metadata.timestamp"),
    ("dependency relationship", find.dependencies, "Write what depends on what in dependencies"),
)  # fmt: skip
_CARD_ADVICE = "Write it into the model card (README.md)"
_NAMES = find.fields("name")
_PRODUCER = find.fields("supplier", "manufacturer", "authors", "publisher", "author", "group")
_RELEASED = find.any_of(find.properties("backstamp:released"), find.fields("releaseNotes/timestamp"))
_PROPERTIES = find.any_of(
    find.properties("cdx:ai-ml:model:"),
    find.fields(f"{_PARAMETERS}/modelArchitecture", f"{_PARAMETERS}/architectureFamily"),
)
_IN_OUT = find.any_of(
    find.fields(f"{_PARAMETERS}/inputs", f"{_PARAMETERS}/outputs"),
    find.properties("cdx:ai-ml:model:modality"),
)
_LICENCE = find.fields("licenses")


def _g7() -> Elements:
    meta = _of("META", DOCUMENT, *((f"SBOM {name}", finder, advice) for name, finder, advice in _META))
    system = _of(
        "SLP",
        SUBJECT,
        ("System name", _NAMES, "Name the system: backstamp bom --name NAME"),
        ("System components", find.parts_of_system, "Describe the parts of the system"),
        ("System producer", _PRODUCER, "Name who makes it: backstamp bom --producer NAME", "producer"),
        (
            "System version",
            find.fields("version"),
            "Give it a version: backstamp bom --version VERSION",
            "version",
        ),
        ("System timestamp", _RELEASED, "State when it was released", "release date"),
        ("System data flow", find.data_flow, "Describe which services get which data"),
        (
            "System data usage",
            find.data_usage,
            "Describe how data of users is used: it cannot be read from files",
        ),
        ("System input/output properties", find.system_in_out, "State inputs and outputs of the models"),
        ("Intended application area", find.system_use, _CARD_ADVICE, "intended use"),
    )
    return (*meta, *system, *_g7_model(), *_g7_data(), *_g7_rest())


def _g7_model() -> Elements:
    return _of(
        "MODEL",
        MODELS,
        ("Model name", _NAMES, "Name the model"),
        (
            "Model identifier",
            find.exact_identifier,
            "Publish it under a name with a revision (a hub, a registry)",
        ),
        ("Model version", find.fields("version"), "Pin the model to a revision"),
        ("Model timestamp", _RELEASED, "State when it was released", "release date"),
        ("Model producer", _PRODUCER, "State who made it in the model card", "producer"),
        ("Model description", find.fields("description"), _CARD_ADVICE, "description"),
        (
            "Model hash value",
            find.hashes,
            "Keep the weights beside the BOM, so that they can be hashed",
            "hash",
        ),
        ("Model hash algorithm", find.hash_algorithms, "Hash with SHA-256 or better", "hash"),
        ("Model properties", _PROPERTIES, "Keep config.json or safetensors headers beside the weights"),
        ("Model input-output properties", _IN_OUT, "State what goes in and what comes out"),
        (
            "Model training properties",
            find.training,
            "Record training: backstamp record",
            "training settings",
        ),
        ("Model license", _LICENCE, "State the licence in the model card", "licence"),
        (
            "Model external references",
            find.links(),
            "Link the repository, paper or documentation in the model card",
        ),
    )


def _g7_data() -> Elements:
    card = "Describe the data in a dataset card"
    return _of(
        "DATA",
        DATASETS,
        ("Dataset name", _NAMES, "Name the data"),
        ("Dataset description", find.dataset_description, card, "description"),
        ("Dataset content", find.dataset_content, "Keep the data, its card or Croissant file beside the BOM"),
        ("Dataset identifier", find.purl_or_identifier, "Name the data as its hub does"),
        ("Dataset hash", find.hashes, "Keep the data beside the BOM, or record training", "hash"),
        ("Dataset provenance", find.dataset_provenance, "State where the data comes from"),
        (
            "Dataset statistical properties",
            find.dataset_rows,
            "State rows and splits in the dataset card",
            "rows",
        ),
        (
            "Dataset sensitivity",
            find.dataset_sensitivity,
            "State whether there is personal data",
            "sensitivity",
        ),
        ("Dataset dependency relationship", find.own_dependencies, "State which model was trained on it"),
        ("Dataset license", _LICENCE, "State the licence in the dataset card", "licence"),
    )


def _g7_rest() -> Elements:
    infrastructure = _of(
        "INFRA",
        DOCUMENT,
        ("Infrastructure software", find.software, "Keep lock files beside the BOM"),
        ("Infrastructure hardware", find.hardware, "Record training: backstamp record"),
    )
    security = _of(
        "SEC",
        DOCUMENT,
        (
            "Security controls",
            find.declarations("claims"),
            "Declare controls and their evidence (declarations)",
        ),
        (
            "Security compliance",
            find.declarations("standards", "certification-report", "attestation"),
            "Declare standards",
        ),
        (
            "Cybersecurity policy information",
            find.declarations("security-contact", "maturity-report"),
            "Link the policy",
        ),
        ("Vulnerability referencing", find.vulnerabilities, "Add VEX: backstamp bom vex"),
    )
    indicators = _of(
        "KPI",
        DOCUMENT,
        ("Security metrics", find.metrics("security"), "State results of security tests as metrics"),
        ("Operational performance KPIs", find.metrics("operation"), "State latency or throughput as metrics"),
    )
    return (*infrastructure, *security, *indicators)


def _cisa() -> Elements:
    titles = {
        "author": "SBOM Author", "version": "SBOM Version", "data format name": "SBOM Data Format Name",
        "data format version": "SBOM Data Format Version", "author signature": "SBOM Author Signature",
        "tool name": "SBOM Tool Name", "tool version": "SBOM Tool Version",
        "generation context": "SBOM Generation Context", "timestamp": "SBOM Timestamp",
        "dependency relationship": "SBOM Dependency Relationship",
    }  # fmt: skip
    metadata = _of("metadata", DOCUMENT, *((titles[name], finder, advice) for name, finder, advice in _META))
    component = _of(
        "component",
        COMPONENTS,
        ("Component Producer", _PRODUCER, "State who makes each component", "producer"),
        ("Component Dependency Relationship", find.own_dependencies, "Write what depends on what"),
        ("Component Hash Value", find.hashes, "Lock with hashes; keep files beside the BOM", "hash"),
        ("Component Hash Algorithm", find.hash_algorithms, "Hash with SHA-256 or better", "hash"),
        ("Component Identifiers", find.exact_identifier, "Give each component a purl"),
        ("Component License", _LICENCE, "State the licence of each component", "licence"),
        ("Component Name", _NAMES, "Name each component"),
        ("Component Version", find.fields("version"), "Pin each component", "version"),
    )
    practices = _of(
        "practices",
        DOCUMENT,
        (
            "Accommodation of Updates to SBOM Data",
            find.fields("serialNumber"),
            "Write serialNumber and version",
        ),
        ("Coverage", find.unknowns, "Say how complete the BOM is in compositions"),
        ("Explicitly Identifying Unknown Information", find.unknowns, "Say what is unknown"),
        ("Machine-Processable Data", find.fields("bomFormat"), "Write bomFormat"),
    )
    return (*metadata, *component, *practices)


def _eu() -> Elements:
    uses = find.fields(f"{_CARD}/useCases")
    general = _of(
        "Annex XI 1",
        MODELS,
        (
            "(a) tasks, and systems it may go into",
            find.any_of(find.fields(f"{_PARAMETERS}/task"), uses),
            _CARD_ADVICE,
        ),
        (
            "(b) acceptable use policies",
            find.fields(f"{_CARD}/technicalLimitations", "licenses"),
            _CARD_ADVICE,
        ),
        (
            "(c) date of release and how it is distributed",
            _RELEASED,
            "State when it was released",
            "release date",
        ),
        ("(d) architecture and number of parameters", _PROPERTIES, "Keep config.json beside the weights"),
        ("(e) modality and format of inputs and outputs", _IN_OUT, "State what goes in and what comes out"),
        ("(f) licence", _LICENCE, "State the licence in the model card", "licence"),
    )
    training = _of(
        "Annex XI 2",
        MODELS,
        (
            "(a) technical means to integrate it",
            find.any_of(find.properties("backstamp:framework:"), find.links("vcs")),
            _CARD_ADVICE,
        ),
        (
            "(b) training methods, design choices",
            find.training,
            "Record training: backstamp record",
            "training settings",
        ),
        (
            "(c) data: type, provenance, points",
            find.fields(f"{_PARAMETERS}/datasets"),
            "State the training data",
            "training data",
        ),
        ("(d) computation, training time", find.compute, "Record training: backstamp record"),
        ("(e) energy", find.energy, "Measure energy while training (codecarbon)"),
    )
    downstream = _of(
        "Annex XII",
        MODELS,
        ("interaction with hardware and software", find.software, "Keep lock files beside the BOM"),
        (
            "versions of software",
            find.properties("backstamp:framework:"),
            "Keep config.json beside the weights",
        ),
        (
            "maximum size of inputs",
            find.properties("cdx:ai-ml:model:hyperparameter:context_length"),
            "State the context length",
        ),
    )
    system = _of(
        "Annex IV",
        SUBJECT,
        ("1(a) purpose, provider, version", find.system_use, "State what it is for", "intended use"),
        ("1(c) versions of software", find.software, "Keep lock files beside the BOM"),
        ("1(e) hardware", find.hardware, "Record training: backstamp record"),
        (
            "2(a) use of pre-trained systems and tools",
            find.lineage,
            "State base models with revisions",
            "base model",
        ),
        (
            "2(d) data requirements: datasheets, provenance, labelling",
            find.any_data,
            "Describe the data in dataset cards",
        ),
        ("2(g) validation and testing, metrics", find.any_metric, "State results in the model card"),
        ("3 performance and limitations", find.any_limit, _CARD_ADVICE, "limitations"),
    )
    return (*general, *training, *downstream, *system)


def _spdx() -> Elements:
    package = _of(
        "AI profile",
        MODELS,
        ("releaseTime", _RELEASED, "State when it was released", "release date"),
        ("suppliedBy", _PRODUCER, "State who made it", "producer"),
        ("downloadLocation", find.links("distribution", "vcs"), "Link where it is downloaded from"),
        ("packageVersion", find.fields("version"), "Pin the model to a revision"),
        ("primaryPurpose", find.fields("type"), "Write the type"),
    )
    dataset = _of(
        "Dataset profile",
        DATASETS,
        (
            "builtTime",
            find.any_of(find.properties("backstamp:built", "backstamp:released")),
            "State when it was made",
        ),
        ("originatedBy", _PRODUCER, "State who made it", "producer"),
        ("releaseTime", _RELEASED, "State when it was released"),
        ("downloadLocation", find.any_of(find.links("distribution", "vcs"), find.fields("data")), "Link it"),
        ("primaryPurpose", find.fields("type"), "Write the type"),
        ("datasetType", find.dataset_content, "State what kind of data it is"),
    )
    return (*package, *dataset)


def profile(name: str) -> Profile:
    """Make a profile by its name. Raises ``KeyError`` for one that is not there."""
    title, source, elements = {
        "g7": ("G7 SBOM for AI, Minimum Elements", "12 May 2026", _g7),
        "cisa": ("CISA 2026 Minimum Elements for an SBOM", "July 2026", _cisa),
        "eu": ("EU AI Act, Annexes IV, XI and XII", "Regulation (EU) 2024/1689", _eu),
        "spdx-ai": ("SPDX 3.0.1, AI and Dataset profiles", "SPDX 3.0.1", _spdx),
    }[name]
    return Profile(name=name, title=title, source=source, elements=elements())


NAMES = ("g7", "cisa", "eu", "spdx-ai")
