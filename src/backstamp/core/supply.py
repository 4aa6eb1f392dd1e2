"""The words of the supply graph: its parts, what is said of them, and how they hang together.

A reader that takes stock states ``Stated`` ("the model of this folder has this licence") and ``Linked``
("the model of this folder was fine-tuned from that one"). Both are facts: they have a place. What a
document finally says is chosen among them later (``backstamp.bom.resolve``); readers never choose.
"""

import math
from enum import StrEnum

import msgspec

from backstamp.core.fact import Fact
from backstamp.core.location import Location


class Kind(StrEnum):
    """What a part of an AI system is."""

    SYSTEM = "system"  # an application: code with everything that it uses
    MODEL = "model"
    ADAPTER = "adapter"  # weights that only work on top of another model
    TOKENIZER = "tokenizer"
    TEMPLATE = "template"  # chat and prompt templates of a model
    DATASET = "dataset"
    LIBRARY = "library"
    SERVICE = "service"  # a hosted model or API
    PROMPT = "prompt"
    AGENT = "agent"
    TOOL = "tool"  # what an agent may call: functions, MCP servers
    RUN = "run"  # one training run
    HARDWARE = "hardware"
    PARTY = "party"  # a person or an organisation
    FILE = "file"


class Part(msgspec.Struct, frozen=True, order=True):
    """A part by its kind and key.

    An empty ``key`` is "the one that this file belongs to": the model, dataset, run or system of its folder.
    A key ``#name`` is one of several there ("#plot-tool"). Other keys name what is elsewhere, with the world
    that the name belongs to: ``huggingface:org/name``, ``pypi:torch``, ``openai:gpt-4o``, ``ollama:llama3``,
    ``path:data/train.jsonl`` (relative to the folder of the file that says it), ``url:https://...``,
    ``name:anything`` where the world is unknown.
    """

    kind: Kind
    key: str = ""


class Method(StrEnum):
    """How something is known, the best first."""

    ATTESTED = "attested"  # somebody signed it
    MEASURED = "measured"  # counted or computed from the bytes themselves
    DECLARED = "declared"  # written in a field that is for it
    DERIVED = "derived"  # follows from other things that are known
    PARSED = "parsed"  # read out of prose
    ASSERTED = "asserted"  # said by whoever made the document, without evidence

    @property
    def rank(self) -> int:
        """Zero for the best."""
        return _RANKS[self]

    @property
    def weight(self) -> float:
        """What a statement counts by how it is known: 1 for what is measured, half for what is only said."""
        return _WEIGHTS[self]


_RANKS = {method: rank for rank, method in enumerate(Method)}
_WEIGHTS = {
    Method.ATTESTED: 1.0,
    Method.MEASURED: 1.0,
    Method.DECLARED: 0.9,
    Method.DERIVED: 0.8,
    Method.PARSED: 0.6,
    Method.ASSERTED: 0.5,
}


class Trait(StrEnum):
    """What can be said of a part. Those in ``MANY`` can be said more than once, by name or value."""

    # identity
    NAME = "name"
    VERSION = "version"
    RANGE = "version-range"  # which versions are asked for, where none is fixed: >=2,<3
    REVISION = "revision"  # the full commit of a hub or git repository
    IDENTIFIER = "identifier"  # name: doi, uuid, swhid, arxiv ...
    DESCRIPTION = "description"
    LICENSE = "license"  # as declared: an SPDX expression, a hub's word, a name
    LICENSE_NAME = "license-name"
    LICENSE_URL = "license-url"
    LICENSE_TEXT = "license-text"  # what the text of a LICENSE file is recognised as
    PRODUCER = "producer"
    AUTHOR = "author"
    RELEASED = "released"  # a date
    LINK = "link"  # name: card vcs website paper documentation demo issues download dataset
    TAG = "tag"
    LANGUAGE = "language"
    DIGEST = "digest"  # name: sha256 sha512 md5 tree ...
    SIZE = "size"  # bytes
    FORMAT = "format"
    # models
    TASK = "task"
    ARCHITECTURE = "architecture"  # the class: BertModel
    FAMILY = "family"  # the type: bert
    APPROACH = "approach"  # supervised unsupervised self-supervised semi-supervised reinforcement-learning
    MODALITY = "modality"
    PARAMETERS = "parameters"  # how many
    ELEMENTS = "elements"  # name: element type (F32), value: how many parameters of it
    QUANTIZATION = "quantization"  # name: method bits scheme ..., value
    DIMENSION = "dimension"  # numbers of the architecture; name: hidden_size ..., value
    INPUT = "input"  # name: of the input, value: its form
    OUTPUT = "output"
    FRAMEWORK = "framework"  # name: transformers, value: version or empty
    METRIC = "metric"  # name: accuracy, value, scope: on which data
    # what a model is for
    USE = "use"
    USER = "user"
    MISUSE = "misuse"  # what it is not meant for
    LIMITATION = "limitation"
    BIAS = "bias"
    RISK = "risk"
    ADVICE = "advice"  # how to mitigate
    # training
    SETTING = "setting"  # name: learning_rate, value
    STEPS = "steps"
    STARTED = "started"
    FINISHED = "finished"
    DURATION = "duration"  # seconds
    COMMIT = "commit"
    DIRTY = "dirty"  # digest of changes that were not committed
    COMMAND = "command"
    SEED = "seed"  # name: python numpy torch ..., value
    COMPUTE = "compute"  # floating point operations, in all
    ENERGY = "energy"  # kilowatt-hours
    EMISSIONS = "emissions"  # kilograms of CO2 equivalents
    REGION = "region"
    TRAINING_NOTE = "training-note"
    EVALUATION_NOTE = "evaluation-note"
    PREPROCESSING = "preprocessing"
    # data
    ROWS = "rows"  # scope: of which split; empty for all
    COLUMN = "column"  # name: of the column, value: its type
    SPLIT = "split"  # name: of the split, value: rows
    WEIGHT = "weight"  # share in a mixture
    SIZE_CLASS = "size-class"
    SENSITIVITY = "sensitivity"
    COLLECTION = "collection"  # how the data came about
    ANNOTATION = "annotation"
    CONTENT = "content"  # what is in it: kinds of data
    # services, agents, tools, code
    PROVIDER = "provider"
    ENDPOINT = "endpoint"
    TEXT = "text"  # of a prompt or template
    FLAG = "flag"  # name: trust_remote_code weights_only use_safetensors ..., value
    ROLE = "role"  # what the part is for where it is used
    # what is not said
    UNKNOWN = "unknown"  # value: why it could not be found out
    WITHHELD = "withheld"  # value: who keeps it back, or why


MANY = frozenset(
    {
        Trait.IDENTIFIER, Trait.AUTHOR, Trait.LINK, Trait.TAG, Trait.LANGUAGE, Trait.DIGEST, Trait.TASK,
        Trait.ARCHITECTURE, Trait.MODALITY, Trait.ELEMENTS, Trait.QUANTIZATION, Trait.DIMENSION, Trait.INPUT,
        Trait.OUTPUT, Trait.FRAMEWORK, Trait.METRIC, Trait.USE, Trait.USER, Trait.MISUSE, Trait.LIMITATION,
        Trait.BIAS, Trait.RISK, Trait.ADVICE, Trait.SETTING, Trait.SEED, Trait.TRAINING_NOTE,
        Trait.EVALUATION_NOTE, Trait.PREPROCESSING, Trait.COLUMN, Trait.SPLIT, Trait.COLLECTION,
        Trait.ANNOTATION, Trait.CONTENT, Trait.FLAG, Trait.ROLE, Trait.UNKNOWN, Trait.WITHHELD,
        Trait.FORMAT, Trait.ENDPOINT, Trait.SENSITIVITY, Trait.RANGE,
    }
)  # fmt: skip

NAMED = frozenset(
    {
        Trait.IDENTIFIER, Trait.DIGEST, Trait.ELEMENTS, Trait.QUANTIZATION, Trait.DIMENSION, Trait.INPUT,
        Trait.OUTPUT, Trait.FRAMEWORK, Trait.METRIC, Trait.SETTING, Trait.SEED, Trait.COLUMN, Trait.SPLIT,
        Trait.FLAG, Trait.UNKNOWN, Trait.WITHHELD,
    }
)  # fmt: skip  # of these, one value a name (and scope) is chosen; of the others in MANY all values stand


class Relation(StrEnum):
    """How one part hangs on another; read "part RELATION target"."""

    DERIVED_FROM = "derived-from"  # manner: finetune adapter merge quantized distilled converted; or empty
    TRAINED_ON = "trained-on"
    TESTED_ON = "tested-on"
    CONTAINS = "contains"  # a model its tokenizer, a system its models
    USES = "uses"  # code or an agent a model, dataset, service, tool; manner: the call
    DEPENDS_ON = "depends-on"  # on a library
    MADE_BY = "made-by"  # a model by a run
    CONSUMED = "consumed"  # a run its inputs
    RAN_ON = "ran-on"  # a run on hardware
    SERVED_BY = "served-by"


Scalar = str | int | float | bool


class Stated(Fact, frozen=True, kw_only=True):
    """Something that is said of a part. ``by`` is the reader with its version: ``config/1``.

    ``confidence`` (above 0, up to 1) is how often statements of this kind from this place are true.
    """

    part: Part
    trait: Trait
    value: Scalar
    name: str = ""
    scope: str = ""
    method: Method
    confidence: float
    by: str


class Linked(Fact, frozen=True, kw_only=True):
    """A part hangs on another. ``revision`` is the commit, version or digest that the target is pinned to."""

    part: Part
    relation: Relation
    target: Part
    manner: str = ""
    revision: str = ""
    method: Method
    confidence: float
    by: str


def _storable(value: Scalar) -> Scalar:
    """Say numbers as text that documents and stored records cannot hold: beyond 64 bits, or not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return str(value) if value.bit_length() < 1000 else "a number of more than 300 digits"
    return value


class Meant(Fact, frozen=True, kw_only=True):
    """What a name of a project's own table means: where ``part`` is spoken of, it is ``target``.

    A table alone uses nothing: most of its rows may be of no interest here.
    """

    part: Part
    target: Part


class Teller(msgspec.Struct, frozen=True):
    """Makes statements on behalf of one reader, which are known in one way."""

    by: str
    method: Method
    confidence: float

    def says(
        self, place: Location, part: Part, trait: Trait, value: Scalar, *, name: str = "", scope: str = ""
    ) -> Stated:
        """State something of a part."""
        return Stated(
            place=place,
            part=part,
            trait=trait,
            value=_storable(value),
            name=name,
            scope=scope,
            method=self.method,
            confidence=self.confidence,
            by=self.by,
        )

    def links(
        self,
        place: Location,
        part: Part,
        relation: Relation,
        target: Part,
        *,
        manner: str = "",
        revision: str = "",
    ) -> Linked:
        """State how two parts hang together."""
        return Linked(
            place=place,
            part=part,
            relation=relation,
            target=target,
            manner=manner,
            revision=revision,
            method=self.method,
            confidence=self.confidence,
            by=self.by,
        )


_HUB_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
_HUB_LENGTH = 96
_HEX = frozenset("0123456789abcdef")


def is_commit(text: str) -> bool:
    """Say whether a text is a full commit: 40 lower-case hexadecimal digits."""
    return len(text) == 40 and _HEX.issuperset(text)


def is_hub_name(text: str) -> bool:
    """Say whether a text is a name on the Hugging Face Hub: ``name`` or ``org/name``.

    Rules of huggingface_hub's ``validate_repo_id``; names which only a path has are refused.
    """
    parts = text.split("/")
    return len(parts) <= 2 and all(_is_hub_word(part) for part in parts) and not text.endswith(".git")


def _is_hub_word(word: str) -> bool:
    return (
        0 < len(word) <= _HUB_LENGTH
        and _HUB_CHARS.issuperset(word)
        and word[0] not in "-."
        and word[-1] not in "-."
        and ".." not in word
        and "--" not in word
    )


def named_part(kind: Kind, text: str) -> Part | None:
    """Make a part of a name as configurations write it: a hub name, a path or an address.

    A bare word without an organisation is a hub name too (``gpt2``). Paths of the machine on which
    something was made (absolute, or above the folder) are no name: ``None``.
    """
    text = text.strip()
    if text.startswith(("http://", "https://")):
        for host in ("https://huggingface.co/", "http://huggingface.co/", "https://hf.co/"):
            name = text.removeprefix(host).removeprefix("datasets/").rstrip("/")
            if name != text.rstrip("/") and is_hub_name("/".join(name.split("/")[:2])):
                return Part(kind, "huggingface:" + "/".join(name.split("/")[:2]))
        return Part(kind, "url:" + text)
    if text.startswith(("./", ".\\")):
        return Part(kind, "path:" + text[2:].replace("\\", "/").rstrip("/")) if ".." not in text else None
    if not text or text.startswith(("/", "~", "\\", "..")) or text[1:3] in (":\\", ":/"):
        return None
    if is_hub_name(text):
        return Part(kind, "huggingface:" + text)
    if "/" in text and "\n" not in text and ".." not in text and len(text) < 1024:
        return Part(kind, "path:" + text.rstrip("/"))
    return None
