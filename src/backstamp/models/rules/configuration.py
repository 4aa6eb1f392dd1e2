"""Rules about configuration texts and Paddle programs."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.configuration import ConfigurationName, XmlEntity
from backstamp.models.facts.graph import GraphOperator
from backstamp.models.rules.imports import is_dangerous

_PADDLE = frozenset({"py_func", "py_layer", "read_file", "write_file", "print_to_file"})
_CALLS = frozenset({"object/apply", "object/new", "name", "module", "object"})
_BOMB = 8  # entities in the value of an entity


class DangerousTarget:
    """
    ## What it does

    Looks for names in configurations that a loader imports and calls (`_target_` of Hydra and NeMo,
    `loader_module` of MLflow) and that run code, start processes or act on files.

    ## Why is this bad?
    Instantiating the configuration calls the name with the arguments beside it.

    ## What to do
    Do not load the model.
    """

    RULE: ClassVar = Rule(
        code="TXT101",
        name="dangerous-target",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the configuration has {name} called when it is loaded",
        maps=("CWE-94", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (ConfigurationName,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such name."""
        for fact in facts.of(ConfigurationName):
            if fact.mark in {"target", "loader"} and _acts(fact.name):
                yield self.RULE.found(fact, name=fact.name)


class PythonTag:
    """
    ## What it does

    Looks for YAML tags that make Python call or import something which acts on the machine.

    ## Why is this bad?
    YAML loaders that are not safe obey the tag while they parse.

    ## What to do
    Do not load the file, and load YAML with safe loaders only.
    """

    RULE: ClassVar = Rule(
        code="TXT102",
        name="python-tag",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="parsing the YAML makes Python use {name} (tag python/{tag})",
        maps=("CWE-502", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (ConfigurationName,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such tag."""
        for fact in facts.of(ConfigurationName):
            if fact.mark in _CALLS and _acts(fact.name):
                yield self.RULE.found(fact, name=fact.name, tag=fact.mark)


class ForeignLoader:
    """
    ## What it does

    Names loader modules of an MLmodel file that are not part of MLflow.

    ## Why is this bad?
    MLflow imports the module from the model's own folder and lets it load the data.

    ## What to do
    Read the module before you load the model.
    """

    RULE: ClassVar = Rule(
        code="TXT103",
        name="foreign-loader",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="MLflow imports {name} to load the model",
        maps=("CWE-829", "LLM03:2025"),
    )
    WANTS: ClassVar = (ConfigurationName,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such module."""
        for fact in facts.of(ConfigurationName):
            if fact.mark == "loader" and fact.name.partition(".")[0] != "mlflow" and not _acts(fact.name):
                yield self.RULE.found(fact, name=fact.name)


class ExternalEntity:
    """
    ## What it does

    Looks for entities of an XML model (PMML, OpenVINO) that are fetched from a file or address.

    ## Why is this bad?
    Parsers that resolve them read files of the machine and open connections while they parse.

    ## What to do
    Do not parse the file.
    """

    RULE: ClassVar = Rule(
        code="TXT104",
        name="external-entity",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the entity {name} is fetched from {target}",
        maps=("CWE-611", "LLM03:2025"),
    )
    WANTS: ClassVar = (XmlEntity,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such entity."""
        for fact in facts.of(XmlEntity):
            if fact.target:
                yield self.RULE.found(fact, name=fact.name, target=fact.target)


class EntityExpansion:
    """
    ## What it does

    Looks for entities whose value is made of many others.

    ## Why is this bad?
    A few of them in a row expand to gigabytes.

    ## What to do
    Do not parse the file.
    """

    RULE: ClassVar = Rule(
        code="TXT105",
        name="entity-expansion",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="the value of entity {name} holds {count} others",
        maps=("CWE-776", "LLM03:2025"),
    )
    WANTS: ClassVar = (XmlEntity,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for the first such entity of a file."""
        seen: set[tuple[str, ...]] = set()
        for fact in facts.of(XmlEntity):
            if fact.nested >= _BOMB and fact.place.path not in seen:
                seen.add(fact.place.path)
                yield self.RULE.found(fact, name=fact.name, count=fact.nested)


class PythonProgram:
    """
    ## What it does

    Looks for operators of a PaddlePaddle program that call Python or touch files.

    ## Why is this bad?
    A program is taken for data; `py_func` calls into the process that runs it.

    ## What to do
    Do not run the model.
    """

    RULE: ClassVar = Rule(
        code="PDL101",
        name="python-program",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the program acts on the machine through the operator {op}",
        maps=("CWE-94", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for fact in facts.of(GraphOperator):
            if fact.format == "paddle" and fact.op in _PADDLE:
                yield self.RULE.found(fact, op=fact.op)


RULES = (DangerousTarget, PythonTag, ForeignLoader, ExternalEntity, EntityExpansion, PythonProgram)


def _acts(dotted: str) -> bool:
    """A dotted name is tried at every place where module and name may part."""
    parts = dotted.split(".")
    if len(parts) == 1:
        return is_dangerous("builtins", dotted) or is_dangerous(dotted, "")
    return any(is_dangerous(".".join(parts[:at]), ".".join(parts[at:])) for at in range(1, len(parts)))
