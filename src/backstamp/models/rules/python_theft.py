"""Rules about what Python source reads of the user and sends away."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.knowledge.hosts import is_drop_box, is_dubious, is_metadata_service
from backstamp.models.facts.python import PythonEffect
from backstamp.models.rules.python_evidence import EXFILTRATE, met, runs_itself


class Exfiltration:
    """## What it does
    Looks for credentials, the whole environment or facts about the machine that are sent over the network.

    ## Why is this bad?
    It is theft: keys and tokens leave the machine.

    ## What to do
    Do not run the file. If it ran, change every credential that it could reach.
    """

    RULE: ClassVar = Rule(
        code="PYS105",
        name="exfiltration",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="{callee} sends secrets {when} to {text}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each sending of secrets."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "network":
            return False
        taint = set(effect.taint)
        if "credentials" in taint:
            return True
        if "environment" in taint:
            return effect.when == "import" or is_dubious(effect.text) or not effect.text.startswith("{")
        secret = taint & {"token", "host", "file"}
        if not secret:
            return False
        if is_dubious(effect.text):
            return True
        return (
            effect.when == "import" and bool(taint & {"host"}) and not effect.callee.startswith("socket.get")
        )


class CredentialOnImport:
    """## What it does
    Looks for credential files (keys, cookies, wallets, password files) that are read by themselves when
    code is loaded.

    ## Why is this bad?
    Model code has no use for them; what reads them mostly sends them.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS108",
        name="credential-read-on-load",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="a credential file is read {when}: {text}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such read."""
        return met(facts, self.RULE, lambda e: e.action == "secret" and runs_itself(e))


class CredentialRead:
    """## What it does
    Looks for functions that read credential files: keys, cookies, wallets, password files.

    ## Why is this bad?
    Model code has no use for them.

    ## What to do
    See what the function does with them, and who calls it.
    """

    RULE: ClassVar = Rule(
        code="PYS109",
        name="credential-read",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="a credential file is read {when}: {text}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such read."""
        return met(facts, self.RULE, lambda e: e.action == "secret" and not runs_itself(e))


class Keylogger:
    """## What it does
    Looks for keyboard listeners and browser-store readers that start by themselves when code is loaded.

    ## Why is this bad?
    They take passwords.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS125",
        name="keylogger",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} takes what the user types or stores, {when}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such call."""
        return met(
            facts,
            self.RULE,
            lambda e: e.action == "spy" and e.when == "import" and e.callee.startswith(_TAKING),
        )


class Spying:
    """## What it does
    Looks for keyboard listeners, screenshots, clipboard and browser-store reads.

    ## Why is this bad?
    Model code has no use for what the user types and sees.

    ## What to do
    See what the code does with it.
    """

    RULE: ClassVar = Rule(
        code="PYS115",
        name="spying",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{callee} watches the user {when}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such call."""
        return met(facts, self.RULE, lambda e: e.action == "spy" and not e.callee.startswith("keyring"))


class MetadataOnImport:
    """## What it does
    Looks for requests to the credential service of cloud machines that are made as soon as code is loaded.

    ## Why is this bad?
    It hands out the machine's own cloud credentials.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS126",
        name="metadata-on-load",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} asks the cloud's credential service {when}: {text}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such request."""
        return met(facts, self.RULE, lambda e: _asks_metadata(e) and runs_itself(e))


class MetadataService:
    """## What it does
    Looks for requests to the credential service of cloud machines.

    ## Why is this bad?
    It hands out the machine's own cloud credentials.

    ## What to do
    Do not run the file on a cloud machine.
    """

    RULE: ClassVar = Rule(
        code="PYS116",
        name="metadata-service",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{callee} asks the cloud's credential service {when}: {text}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such request."""
        return met(facts, self.RULE, lambda e: _asks_metadata(e) and not runs_itself(e))


class DubiousHost:
    """## What it does
    Looks for connections, made by themselves when code is loaded, to drop boxes, tunnels, paste sites and
    bare addresses.

    ## Why is this bad?
    These hosts serve to drop malware and to collect what it steals.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS117",
        name="dubious-host",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="{callee} connects {when} to {text}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such connection."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action not in {"network", "socket"}:
            return False
        if is_drop_box(effect.text):
            return runs_itself(effect)
        return effect.when == "import" and is_dubious(effect.text)


class DropBox:
    """## What it does
    Looks for functions that connect to drop boxes, tunnels and paste sites.

    ## Why is this bad?
    These hosts serve to drop malware and to collect what it steals.

    ## What to do
    See what is fetched or sent.
    """

    RULE: ClassVar = Rule(
        code="PYS119",
        name="drop-box",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{callee} connects {when} to {text}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such connection."""
        return met(
            facts,
            self.RULE,
            lambda e: e.action in {"network", "socket"} and not runs_itself(e) and is_drop_box(e.text),
        )


class NetworkOnImport:
    """## What it does
    Looks for connections that are made as soon as code is imported.

    ## Why is this bad?
    Importing tells someone, and may fetch what changes later.

    ## What to do
    See what is fetched or sent.
    """

    RULE: ClassVar = Rule(
        code="PYS118",
        name="network-on-import",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message="{callee} connects {when} to {text}",
        maps=EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such connection."""
        return met(
            facts,
            self.RULE,
            lambda e: e.action in {"network", "socket"} and e.when == "import" and not is_dubious(e.text),
        )


_TAKING = ("pynput", "keyboard", "pyHook", "pyxhook", "browser_cookie3", "win32crypt")


def _asks_metadata(effect: PythonEffect) -> bool:
    return effect.action in {"network", "socket"} and is_metadata_service(effect.text)


RULES = (
    Exfiltration,
    CredentialOnImport,
    CredentialRead,
    Keylogger,
    Spying,
    MetadataOnImport,
    MetadataService,
    DubiousHost,
    DropBox,
    NetworkOnImport,
)
