"""Rules about chat templates.

1. A name that leads from a value to the interpreter is high, however it is written: as an attribute, in
   brackets, through a filter, put together from parts.
2. Functions, methods, filters and tests that no chat template needs are medium.
3. Text behind a gate on the content of messages is medium where the trigger is made of words and the text is
   one for people; high where that text carries an address, markup, or asks the model to deceive.
4. Control tokens (``<think>``, ``[INST]``, ``/no_think``) are no words: real templates ask for them.
"""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.template import (
    GatedText,
    TemplateSummary,
    TemplateText,
    TemplateTrick,
    TemplateWord,
)
from backstamp.models.rules.template_words import (
    DUNDERS,
    acting_text,
    is_hostile,
    is_wordy,
    listed,
    python_name,
    swaps_addresses,
    takes_the_system_role,
    words_of,
)

# Names without underscores that lead to the interpreter all the same.
_INTERNAL = frozenset({
    "mro", "func_globals", "func_code", "gi_frame", "gi_code", "cr_frame", "cr_code", "ag_frame", "ag_code",
    "f_globals", "f_locals", "f_builtins", "f_back", "tb_frame", "tb_next", "im_func", "im_self", "co_code",
    "popen", "check_output", "getoutput", "load_module", "exec_module", "import_module", "subclasses",
    "builtins",
    "globals", "getattribute", "os", "subprocess", "system", "_TemplateReference__context", "_module",
    "environment",
    "_load_form_data", "url_for", "get_flashed_messages",
})  # fmt: skip
# Modules that no renderer of chat templates offers: a template that calls them hopes for one.
_MODULES = frozenset({
    "requests", "os", "sys", "subprocess", "socket", "urllib", "shutil", "importlib", "builtins", "httpx",
    "ctypes",
    "pickle", "pathlib",
})  # fmt: skip
_SINKS = frozenset(
    {
        "eval",
        "exec",
        "compile",
        "open",
        "__import__",
        "import_module",
        "getattr",
        "setattr",
        "globals",
        "locals",
        "vars",
        "execfile",
    }
)
_FUNCTIONS = frozenset({
    "raise_exception", "strftime_now", "namespace", "range", "dict", "caller", "loop", "super", "cycler",
    "joiner",
    "tojson", "list", "str", "int", "len", "bool", "float", "zip", "enumerate", "min", "max", "sorted",
    "isinstance",
    "print", "raise", "_", "gettext", "ngettext", "now", "strftime",
})  # fmt: skip
_METHODS = frozenset(
    (
        "get split strip items lstrip rstrip startswith endswith format replace pop append join keys"
        " values lower upper"
        " title capitalize rsplit splitlines partition rpartition find rfind index rindex count"
        " insert extend update copy"
        " setdefault isdigit isalpha isalnum isspace isupper islower isnumeric istitle removeprefix"
        " removesuffix zfill"
        " ljust rjust center expandtabs swapcase casefold translate strftime isoformat clear remove"
        " sort reverse add"
        " encode decode next reset current call tojson"
    ).split()
)
_FILTERS = frozenset(
    (
        "abs batch capitalize center count d default dictsort e escape filesizeformat first float"
        " forceescape format"
        " groupby indent int items join last length list lower map max min pprint reject rejectattr"
        " replace reverse round"
        " safe select selectattr slice sort string striptags sum title tojson trim truncate unique"
        " upper urlencode urlize"
        " wordcount wordwrap xmlattr from_json fromjson strftime to_json regex_replace strip split"
        " random from_yaml"
    ).split()
)
_TESTS = frozenset(
    (
        "boolean callable defined divisibleby eq equalto escaped even false filter float ge"
        " greaterthan gt in integer"
        " iterable le lessthan lower lt mapping ne none number odd sameas sequence string test true"
        " undefined upper"
        " list dict null sequence contains startswith endswith"
    ).split()
)


_EXHAUSTING = frozenset({"huge-range", "huge-text", "huge-number"})


class InterpreterAccess:
    """
    ## What it does
    Looks for names in templates that lead from a value to the Python interpreter: ``__class__``,
    ``__globals__``, ``mro`` and the like, as an attribute, in brackets, by a filter, or in a format string.

    ## Why is this bad?
    Whoever renders the template outside of a sandbox runs the template's code (CVE-2024-34359).

    ## What to do
    Do not load the model. Take the template of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL101",
        name="interpreter-access",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='the template reaches into the interpreter by the {role} "{name}"',
        maps=("CWE-1336", "CWE-94", "CVE-2024-34359", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (TemplateWord,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such name."""
        for word in facts.of(TemplateWord):
            if _leads_inside(word):
                evidence = (f"on {word.on}",) if word.on else ()
                yield self.RULE.found(word, evidence=evidence, role=word.role, name=word.name)


def _leads_inside(word: TemplateWord) -> bool:
    match word.role:
        case "attribute" | "item":
            if is_dunder(word.name):
                return True
            # A key of data may be called "os" or "system": only names that no data has count in brackets.
            return (
                word.name in _INTERNAL
                and (word.role == "attribute" or "_" in word.name)
                and word.name not in _DATA
            )
        case "method":
            root, _, _ = word.on.partition(".")
            return root in _MODULES or is_dunder(word.name) or word.name in _INTERNAL or word.name in _SINKS
        case "function":
            return word.name in _SINKS or is_dunder(word.name)
        case "keyword":
            return word.name.startswith("__") or word.name.endswith("__")
        case "variable":
            return is_dunder(word.name)
        case "filter":
            return is_dunder(word.name) or word.name in _SINKS
        case "string":
            return len(word.name) <= 60 and python_name().search(word.name) is not None
        case _:
            return False


_DATA = frozenset({"system", "os", "environment", "globals", "builtins", "url_for"})


def is_dunder(name: str) -> bool:
    """Say whether a name is one of the interpreter's, in double underscores."""
    return (
        len(name) > 4
        and name.startswith("__")
        and (name.endswith("__") or name.strip("_") in DUNDERS.split())
    )


class HiddenName:
    """
    ## What it does
    Looks for what templates do only to hide a name: attributes by a computed name, names in double
    underscores
    put together from parts, characters by their code, the text of a function taken apart.

    ## Why is this bad?
    It evades scanners that look for the name, and runs code where the template is rendered.

    ## What to do
    Do not load the model. Take the template of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL102",
        name="hidden-name",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the template hides what it reaches for ({kind}): {seen}",
        maps=("CWE-1336", "CWE-94", "CVE-2024-34359", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (TemplateTrick,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each trick of these kinds."""
        for trick in facts.of(TemplateTrick):
            is_name = trick.kind != "built-name" or python_name().search(trick.seen)
            if is_name and trick.kind not in _EXHAUSTING:
                yield self.RULE.found(trick, kind=trick.kind, seen=trick.seen)


class Exhaustion:
    """
    ## What it does
    Looks for loops and texts in templates that are far longer than any conversation.

    ## Why is this bad?
    Rendering the template stops the server.

    ## What to do
    Take the template of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL103",
        name="exhausting-template",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="rendering the template exhausts the machine ({kind}): {seen}",
        maps=("CWE-400", "AML.T0029"),
    )
    WANTS: ClassVar = (TemplateTrick,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each trick of these kinds."""
        for trick in facts.of(TemplateTrick):
            if trick.kind in _EXHAUSTING:
                yield self.RULE.found(trick, kind=trick.kind, seen=trick.seen)


class UnknownCallable:
    """
    ## What it does
    Looks for functions, methods, filters and tests in chat templates that no renderer of chat templates
    offers.

    ## Why is this bad?
    The template was written for a program that offers more than it should, or to probe for one.

    ## What to do
    Compare the template with that of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL104",
        name="unknown-callable",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message='the chat template uses the {role} "{name}", which renderers do not offer',
        maps=("CWE-1336", "LLM03:2025"),
    )
    WANTS: ClassVar = (TemplateWord, TemplateSummary)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each unknown name in a template for chats."""
        chats = {s.place.path for s in facts.of(TemplateSummary) if s.is_chat and not s.is_broken}
        known = {"function": _FUNCTIONS, "method": _METHODS, "filter": _FILTERS | {"attr"}, "test": _TESTS}
        for word in facts.of(TemplateWord):
            is_unknown = word.name not in known.get(word.role, (word.name,))
            is_own = word.on.startswith(("ns", "namespace", "self"))
            if word.place.path in chats and is_unknown and not is_own and not _leads_inside(word):
                yield self.RULE.found(word, role=word.role, name=word.name)


class ForeignTemplate:
    """
    ## What it does
    Looks for chat templates that take another template in: ``include``, ``import``, ``from``, ``extends``.

    ## Why is this bad?
    A chat template stands alone. What it takes in is a file of the machine that renders it.

    ## What to do
    Compare the template with that of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL105",
        name="template-taken-in",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message='the chat template takes in another by "{tag}": {template}',
        maps=("CWE-98", "CWE-1336", "LLM03:2025"),
    )
    WANTS: ClassVar = (TemplateWord, TemplateSummary)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each tag of this kind in a template for chats."""
        chats = {s.place.path for s in facts.of(TemplateSummary) if s.is_chat}
        for word in facts.of(TemplateWord):
            if word.role == "load" and word.place.path in chats:
                yield self.RULE.found(word, tag=word.name, template=word.on)


class GatedInstruction:
    """
    ## What it does
    Looks for text in a chat template that is written out only if a message holds certain words, and which
    holds an
    address, markup, or asks the model to deceive.

    ## Why is this bad?
    It is a backdoor: the model behaves well until somebody says the words, with its weights untouched.

    ## What to do
    Do not load the model. Take the template of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL106",
        name="gated-instruction",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="a message that holds {triggers} makes the template add: {text}",
        maps=("AML.T0018", "AML.T0051", "LLM03:2025", "LLM04:2025"),
    )
    WANTS: ClassVar = (GatedText,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each gate before such text."""
        for gated in facts.of(GatedText):
            if is_hostile(gated.text) or takes_the_system_role(gated) or swaps_addresses(gated):
                yield self.RULE.found(gated, triggers=listed(gated.triggers), text=gated.text.strip())


class GatedWords:
    """
    ## What it does
    Looks for sentences in a chat template that are written out only if a message holds certain words. Control
    tokens are no words, and no sentences.

    ## Why is this bad?
    It can be a backdoor: the model behaves well until somebody says the words.

    ## What to do
    Read the text, and compare the template with that of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL107",
        name="gated-words",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="a message that holds {triggers} makes the template add: {text}",
        maps=("AML.T0018", "AML.T0051", "LLM03:2025", "LLM04:2025"),
    )
    WANTS: ClassVar = (GatedText,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each gate of words before a sentence."""
        for gated in facts.of(GatedText):
            triggers = tuple(t for t in gated.triggers if is_wordy(t))
            echoed = {w for t in triggers for w in t.lower().split()}
            added = [w for w in words_of(gated.text) if w.lower().strip(".,:;!?") not in echoed]
            is_told = is_hostile(gated.text) or takes_the_system_role(gated)
            if triggers and not is_told and len(added) >= 3:
                yield self.RULE.found(gated, triggers=listed(triggers), text=gated.text.strip())


class OddText:
    """
    ## What it does
    Looks for characters that nobody sees, web addresses and acting markup in the text of a chat template.

    ## Why is this bad?
    Hidden characters carry instructions past the reader; addresses and markup make answers lead elsewhere.

    ## What to do
    Compare the template with that of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL108",
        name="odd-template-text",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="the text of the chat template holds {marks}: {text}",
        maps=("CWE-1007", "AML.T0051", "LLM03:2025"),
    )
    WANTS: ClassVar = (TemplateText, TemplateSummary)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each text of this kind in a template for chats."""
        chats = {s.place.path for s in facts.of(TemplateSummary) if s.is_chat}
        for text in facts.of(TemplateText):
            if text.place.path in chats:
                yield self.RULE.found(text, marks=", ".join(text.marks), text=text.text)


class HostileText:
    """
    ## What it does
    Looks for text that a chat template writes into every conversation and that acts: scripts, orders to
    ignore what was said before, commands that fetch and run, pictures whose address takes the answer along.

    ## Why is this bad?
    Each user of the model is answered by whoever wrote the template, or has the conversation sent away.

    ## What to do
    Do not load the model. Take the template of the original maker.
    """

    RULE: ClassVar = Rule(
        code="TPL109",
        name="hostile-template-text",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="the chat template writes into every conversation: {text}",
        maps=("CWE-506", "AML.T0051", "LLM03:2025", "LLM04:2025"),
    )
    WANTS: ClassVar = (TemplateText, TemplateSummary)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each text of this kind in a template for chats."""
        chats = {s.place.path for s in facts.of(TemplateSummary) if s.is_chat}
        for text in facts.of(TemplateText):
            if text.place.path in chats and acting_text().search(text.text):
                yield self.RULE.found(text, text=text.text)


RULES: tuple[type, ...] = (
    InterpreterAccess, HiddenName, Exhaustion, UnknownCallable, ForeignTemplate, GatedInstruction,
    GatedWords, OddText, HostileText,
)  # fmt: skip
