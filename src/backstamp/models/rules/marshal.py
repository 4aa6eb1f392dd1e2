"""Rules about marshalled code inside other things."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.bytecode import Bytecode
from backstamp.models.rules.bytecode import sinks_of

_MAPS = ("CWE-506", "AML.T0011.000", "AML.T0010", "LLM03:2025")


class MarshalledSink:
    """## What it does
    Looks for marshalled code, held in a pickle or in source, that starts processes, decodes and runs code,
    or opens sockets.

    ## Why is this bad?
    Marshalled code runs without ever being readable.

    ## What to do
    Do not load what holds it.
    """

    RULE: ClassVar = Rule(
        code="PYS153", name="marshalled-sink", severity=Severity.HIGH, confidence=Confidence.HIGH,
        message="marshalled code uses {sinks}", maps=_MAPS,
    )  # fmt: skip
    WANTS: ClassVar = (Bytecode,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each marshalled value with sinks."""
        for code in facts.of(Bytecode):
            if code.kind == "marshal" and (sinks := sinks_of(code)):
                yield self.RULE.found(code, evidence=sinks[:5], sinks=", ".join(sinks)[:150])


RULES = (MarshalledSink,)
