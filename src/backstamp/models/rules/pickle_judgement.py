"""Judges what a pickle does when it loads: each call, state and global, by what is known of the callee.

1. A callee is judged as the thing that it really is: re-exports are followed (``knowledge.callables``).
2. What is known to build data or to compute is left alone, if its arguments are.
3. A callable which does more convicts the call, unless a typed allowance (``pickle_allowances``) covers
   exactly these arguments.
4. A dangerous callable that is passed as an argument convicts the call it is passed to; one that is only
   left in the result is reported on its own.
5. What nothing is known of: a class is unverified, a function that is called is suspicious, and either is
   dangerous if its arguments say so (shell, URL, path, code, nested pickle).
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.fact import Fact, FactBook
from backstamp.core.finding import Finding, Rule
from backstamp.knowledge import callables
from backstamp.knowledge.callables import CONVICTS, HARMLESS, Callable, Effect
from backstamp.models.facts.pickle import (
    AnyValue,
    Attribute,
    Constant,
    Items,
    Made,
    Name,
    Opaque,
    Pairs,
    PickleCall,
    PickleContainer,
    PickleGlobal,
    PickleState,
    Stored,
)
from backstamp.models.rules import pickle_allowances as allowances
from backstamp.models.rules.pickle_evidence import evidence_in, tells_of_harm

# The effect that names the finding, most dangerous first.
ORDER = (
    Effect.PROCESS,
    Effect.CODE,
    Effect.NATIVE,
    Effect.WRITE,
    Effect.NETWORK,
    Effect.LOAD,
    Effect.STATE,
    Effect.STOP,
    Effect.READ,
    Effect.SHOW,
    Effect.RESOLVE,
    Effect.INVOKE,
)
# Effects that convict a global by its mere presence: no pickler of data ever writes one.
SINKS = CONVICTS - {Effect.STATE}
_HARD_SINKS = frozenset({Effect.PROCESS, Effect.CODE, Effect.NATIVE})
_REACHED_SINKS = frozenset(
    {Effect.PROCESS, Effect.CODE, Effect.NATIVE, Effect.NETWORK, Effect.WRITE, Effect.LOAD}
)

# Tools that examine pickles: a pickle which imports one wants to patch it (trailofbits/fickling issue 249).
SCANNERS = frozenset(
    "backstamp fickling hayward modelaudit modelaudit_picklescan modelscan picklescan picklescanner "
    "pickleguard saferpickle veritensor yara skops_audit weightprobe".split()
)


WANTS: tuple[type[Fact], ...] = (PickleCall, PickleContainer, PickleGlobal, PickleState)
MAPS = ("CWE-502", "AML.T0010.003", "AML.T0011.000", "LLM03:2025", "ML06:2023")


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What one fact amounts to: ``kind`` names the rule, ``callee`` the real thing, ``shows`` evidence."""

    kind: str
    fact: Fact
    callee: str
    detail: str = ""
    shows: tuple[str, ...] = ()


def judgements(facts: FactBook) -> tuple[Judgement, ...]:
    """Judge all pickle facts of a book. Use through ``facts.once``."""
    found: list[Judgement] = []
    convicted: set[tuple[tuple[str, ...], str]] = set()
    for call in facts.of(PickleCall):
        found += _call(call)
    for state in facts.of(PickleState):
        found += _state(state)
    for container in facts.of(PickleContainer):
        found += _container(container)
    for judgement in found:
        convicted.add((judgement.fact.place.path, judgement.callee))
    for each in facts.of(PickleGlobal):
        found += (j for j in _global(each) if (j.fact.place.path, j.callee) not in convicted)
    return tuple(found)


def found(rule: Rule, facts: FactBook, *kinds: str) -> Iterator[Finding]:
    """Make a rule's findings of the judgements of some kinds."""
    for judgement in facts.once(judgements):
        if judgement.kind in kinds:
            detail = f" ({judgement.detail})" if judgement.detail else ""
            yield rule.found(judgement.fact, evidence=judgement.shows, callee=judgement.callee, detail=detail)


# --- calls ---------------------------------------------------------------------------------------


def _call(call: PickleCall) -> Iterator[Judgement]:
    values = (*call.arguments, *(v for _, v in call.keywords))
    shows = (text_of(Made(call.callee, call.arguments)), *(f"reached by {v}" for v in call.via))
    match call.callee:
        case Name("copyreg", "_reconstructor" | "__newobj__" | "__newobj_ex__") if values and isinstance(
            values[0], Name
        ):
            verdict = _named_call(values[0].module, values[0].name, "NEWOBJ", values[1:])
            callee = _shown_name(values[0].module, values[0].name)
        case Name(module, name):
            verdict = _named_call(module, name, call.op, values)
            callee = _shown_name(module, name)
        case Attribute(of, name):
            verdict = _method_call(of, name, values)
            callee = text_of(call.callee)
        case Stored(Items(items=(Constant(value="module"), Name() as stored, *_))):
            # The old torch format keeps the source of a module class beside it.
            verdict = _named_call(stored.module, stored.name, call.op, values)
            callee = _shown_name(stored.module, stored.name)
        case Made() as made:
            verdict = _result_call(made, call.op, values)
            callee = text_of(made)
        case Constant():
            return  # calling a constant raises: the stream breaks there
        case other:
            verdict = ("opaque-call", "what is called cannot be told")
            callee = text_of(other)
    if verdict and verdict[0]:
        yield Judgement(kind=verdict[0], fact=call, callee=callee, detail=verdict[1], shows=shows)
    for sink in _sinks_in(values):
        if not (verdict and verdict[0] in _CONVICTING):
            yield Judgement(
                kind="sink-argument",
                fact=call,
                callee=_shown_name(sink.module, sink.name),
                detail=callee,
                shows=shows,
            )


_CONVICTING = frozenset(e.value for e in ORDER)
Judged = tuple[str, str] | None


def _named_call(module: str, name: str, op: str, values: tuple[AnyValue, ...]) -> Judged:
    if module.partition(".")[0] in SCANNERS:
        return "scanner-tampering", ""
    known = callables.known(module, name)
    canonical = (known.module, known.name) if known else (module, name)
    allowed = allowances.judged(canonical, values)
    if allowed is not None:
        return allowed or None
    if _is_dunder(canonical[1]) and not (known and known.effects <= HARMLESS and "." not in known.name):
        return "dunder", ""
    if known is None or Effect.UNKNOWN in known.effects or (known.kind == "value" and not known.effects):
        return _unknown_call(module, name, op, known, values)
    effects = _effects_of(known, op)
    worst = next((e for e in ORDER if e in effects), None)
    if worst in (None, Effect.INVOKE, Effect.RESOLVE) and _is_out_of_place(known, values):
        return "standard-function", ""
    if worst is None:
        return None
    if is_derived(known):
        return _derived_call(known, worst, op, values)
    if worst in (Effect.RESOLVE, Effect.INVOKE):
        return _indirect_call(worst, values)
    return worst.value, ""


def _is_out_of_place(known: Callable, values: tuple[AnyValue, ...]) -> bool:
    """Say whether a harmless call is one of machinery that no pickle of data has a use for.

    Members of enumerations, made from one plain value, are data wherever they live.
    """
    if allowances.is_machinery(known.module, known.name):
        is_member = known.kind == "class" and len(values) == 1 and isinstance(values[0], Constant)
        return not (is_member and isinstance(values[0], Constant) and values[0].kind == "int")
    return False


def _effects_of(known: Callable, op: str) -> frozenset[Effect]:
    if op in ("NEWOBJ", "NEWOBJ_EX") and not callables.is_standard(known.module):
        # Only classes have a __new__: where the table has a word on a whole module, it means its functions.
        return known.new if known.kind == "class" else frozenset()
    return known.effects


def _derived_call(known: Callable, worst: Effect, op: str, values: tuple[AnyValue, ...]) -> Judged:
    """Judge by effects which the static call graph found: it over-approximates."""
    evidence = evidence_in(values)
    reads = known.kind == "function" and Effect.READ in known.effects
    if evidence and (reads or worst in _REACHED_SINKS):
        return "evidence", evidence
    if known.kind == "class" or op in ("NEWOBJ", "NEWOBJ_EX"):
        return ("reaches", worst.value) if worst in _HARD_SINKS and op == "REDUCE" and values else None
    if worst in _REACHED_SINKS:
        return "reaches-sink", worst.value
    return ("reaches", worst.value) if worst in (Effect.STATE, Effect.STOP, Effect.READ) else None


def _indirect_call(worst: Effect, values: tuple[AnyValue, ...]) -> Judged:
    if worst is Effect.INVOKE:
        unknown = [v for v in values if isinstance(v, Name) and _is_unknown_function(v)]
        return ("suspicious-function", "it calls what it is given") if unknown else None
    return worst.value, ""


def _is_unknown_function(name: Name) -> bool:
    known = callables.known(name.module, name.name)
    return (known is None or Effect.UNKNOWN in known.effects) and not looks_like_a_class(name.name)


def _unknown_call(
    module: str, name: str, op: str, known: Callable | None, values: tuple[AnyValue, ...]
) -> Judged:
    is_class = op in ("NEWOBJ", "NEWOBJ_EX") or (known and known.kind == "class") or looks_like_a_class(name)
    if callables.is_standard(module):
        if known is not None and is_class and known.kind != "value":
            return "unverified-class", ""
        return "standard-function", ""
    if allowances.is_driver(module):
        return "driver", ""
    evidence = evidence_in(values)
    if evidence and (not is_class or evidence.startswith(("a shell", "code", "the name", "a nested"))):
        return "evidence", evidence
    if not is_class and tells_of_harm(name):
        return "evidence", "its name says so"
    if is_class:
        return ("suspicious-function", evidence) if evidence and op == "REDUCE" else ("unverified-class", "")
    return "suspicious-function", ""


def _method_call(of: AnyValue, name: str, values: tuple[AnyValue, ...]) -> Judged:
    if _is_dunder(name):
        return "dunder", ""
    owner = of.callee if isinstance(of, Made) else of
    if isinstance(owner, Name):
        known = callables.known(owner.module, f"{owner.name}.{name}")
        if known and Effect.UNKNOWN not in known.effects:
            worst = next((e for e in ORDER if e in known.effects), None)
            if worst is None or worst in (Effect.RESOLVE, Effect.INVOKE):
                return None
            return ("reaches-sink", worst.value) if is_derived(known) else (worst.value, "")
    evidence = evidence_in(values)
    if evidence:
        return "evidence", evidence
    return (
        ("opaque-call", "") if _is_telling_method(name) else ("suspicious-function", "a method of an object")
    )


_TELLING = frozenset(
    "system popen run call check_output check_call exec execute eval spawn communicate connect send sendall "
    "sendto write write_text write_bytes unlink rmdir rmtree remove rename replace chmod mkdir "
    "touch symlink_to "
    "load loads find_class load_module exec_module runcode runsource runcall runctx set_trace "
    "urlopen urlretrieve "
    "retrieve open request get_code getattr import_module".split()
)


def _is_telling_method(name: str) -> bool:
    return name in _TELLING


def _result_call(made: Made, op: str, values: tuple[AnyValue, ...]) -> Judged:
    """Judge a call of something that a call returned."""
    origin = made.callee
    match made:
        case Made(Made(Name(), (Constant(value="PartialType"),)), (Name(module, name), *bound)):
            return _named_call(module, name, op, (*bound, *values))
    if isinstance(origin, Name):
        known = callables.known(origin.module, origin.name)
        maker = (known.module, known.name) if known else (origin.module, origin.name)
        if maker in allowances.TYPE_LOADERS:
            return allowances.carried_by_type(made.arguments, values) or None
        if maker in allowances.CLASS_MAKERS:
            return None  # an instance of a class which the pickle carries: reported as carried code
        if maker in allowances.FUNCTION_MAKERS:
            return "code", "a function which the pickle carries is called"
        if known and not known.effects - HARMLESS - {Effect.INVOKE, Effect.RESOLVE}:
            return "suspicious-function", "the result of a call is called"
    return ("opaque-call", "") if op not in ("NEWOBJ", "NEWOBJ_EX") else ("suspicious-function", "")


# --- states, containers, globals -----------------------------------------------------------------


def _state(state: PickleState) -> Iterator[Judgement]:
    shows = (text_of(state.target), text_of(state.state))
    match state.target:
        case Name(module, name) if module.partition(".")[0] in SCANNERS:
            callee = _shown_name(module, name)
            yield Judgement(kind="scanner-tampering", fact=state, callee=callee, shows=shows)
        case Name(module, name):
            yield Judgement(kind="overwritten", fact=state, callee=_shown_name(module, name), shows=shows)
        case Made(Name() as made):
            yield from _reached(made, "setstate", state, shows)
        case Attribute():
            yield Judgement(kind="overwritten", fact=state, callee=text_of(state.target), shows=shows)
        case _:
            pass
    yield from _stored_sinks(state, state.state, shows)


def _container(container: PickleContainer) -> Iterator[Judgement]:
    shows = (text_of(container.target),)
    match container.target:
        case Name(module, name):
            yield Judgement(kind="overwritten", fact=container, callee=_shown_name(module, name), shows=shows)
        case Made(Name() as made):
            yield from _reached(made, "container", container, shows)
        case _:
            pass


def _reached(
    name: Name, facet: str, fact: PickleState | PickleContainer, shows: tuple[str, ...]
) -> Iterator[Judgement]:
    """Judge what filling an object of a known class does; a call graph alone convicts nobody."""
    known = callables.known(name.module, name.name)
    if known is None or is_derived(known):
        return
    effects = known.setstate if facet == "setstate" else known.container
    worst = next((e for e in ORDER if e in effects & SINKS), None)
    if worst:
        callee = _shown_name(name.module, name.name)
        yield Judgement(kind=worst.value, fact=fact, callee=callee, shows=shows)


def _stored_sinks(fact: Fact, value: AnyValue, shows: tuple[str, ...]) -> Iterator[Judgement]:
    for sink in _sinks_in((value,)):
        yield Judgement(
            kind="dangerous-global", fact=fact, callee=_shown_name(sink.module, sink.name), shows=shows
        )


def _global(each: PickleGlobal) -> Iterator[Judgement]:
    callee = _shown_name(each.module, each.name)
    shows = (f"{each.module}.{each.name}: {', '.join(each.roles)}",)
    if each.module.partition(".")[0] in SCANNERS:
        yield Judgement(kind="scanner-tampering", fact=each, callee=callee, shows=shows)
    elif each.module in allowances.RUNS_ON_IMPORT or each.module.endswith(".__main__"):
        yield Judgement(kind="code", fact=each, callee=each.module, detail="runs when imported", shows=shows)
    elif is_sink(Name(each.module, each.name)) and not _is_only_a_class(each):
        yield Judgement(kind="dangerous-global", fact=each, callee=callee, shows=shows)
    elif _is_dunder(each.name) and not allowances.is_known_dunder(each.module, each.name):
        yield Judgement(kind="dunder", fact=each, callee=callee, shows=shows)
    elif _crosses_modules(each.module, each.name):
        yield Judgement(kind="crossing", fact=each, callee=callee, shows=shows)


def _is_only_a_class(each: PickleGlobal) -> bool:
    """Say whether a global of a library is only there to make objects of: judged where it is made."""
    makes = "instantiated" in each.roles and not {"called", "argument", "overwritten"} & set(each.roles)
    return makes and not callables.is_standard(each.module)


def is_derived(known: Callable) -> bool:
    """Say whether what is known comes from a call graph, which over-approximates."""
    return known.basis == "derived"


def is_sink(name: Name) -> bool:
    """Say whether a global is dangerous to have at all."""
    if allowances.is_shared_state(name.module, name.name):
        return True
    known = callables.known(name.module, name.name)
    if known is None:
        return False
    if is_derived(known) or known.kind == "value":
        return False
    if allowances.has_allowance((known.module, known.name)):
        return False
    if known.kind == "module":
        return False
    return bool(known.effects & SINKS)


def _sinks_in(values: tuple[AnyValue, ...]) -> Iterator[Name]:
    pending = list(values)
    while pending:
        match pending.pop():
            case Name() as name:
                if is_sink(name):
                    yield name
            case Items(items=items):
                pending.extend(items)
            case Pairs(pairs=pairs):
                pending.extend(v for pair in pairs for v in pair)
            case Made(_, arguments):
                # The inner call is judged in its own right; what it is given may still be handed on.
                pending.extend(arguments)
            case Attribute(of, _):
                pending.append(of)
            case _:
                pass


# --- names and texts -----------------------------------------------------------------------------


def looks_like_a_class(name: str) -> bool:
    """Guess by the usual spelling: the last part starts with a capital letter."""
    last = name.rpartition(".")[2].lstrip("_")
    return bool(last) and last[0].isupper() and not last.isupper()


def _is_dunder(name: str) -> bool:
    return any(part.startswith("__") and part.endswith("__") and len(part) > 4 for part in name.split("."))


def _crosses_modules(module: str, name: str) -> bool:
    if "." not in name:
        return False
    known = callables.known(module, name.partition(".")[0])
    return known is not None and known.kind == "module"


def _shown_name(module: str, name: str) -> str:
    known = callables.known(module, name)
    real = f"{known.module}.{known.name}" if known else f"{module}.{name}"
    given = f"{module}.{name}"
    return real if real == given else f"{real} (as {given})"


def text_of(value: AnyValue, depth: int = 3) -> str:
    """Write a value as a person would read it, bounded."""
    match value:
        case Constant(value=const, kind=kind, length=length):
            text = repr(const) if kind != "bytes" else "b" + repr(const)
            return text if len(text) <= 160 else f"{text[:160]}… ({max(length, len(text))} long)"
        case Name(module, name):
            return f"{module}.{name}"
        case Made(callee, arguments):
            inner = ", ".join(text_of(a, depth - 1) for a in arguments[:6]) if depth else "…"
            return f"{text_of(callee, depth)}({inner})"
        case Attribute(of, name):
            return f"{text_of(of, depth)}.{name}"
        case Items(kind=kind, items=items, length=length):
            inner = ", ".join(text_of(i, depth - 1) for i in items[:6]) if depth else "…"
            more = ", …" if length > 6 else ""
            return f"{kind}[{inner}{more}]" if kind != "tuple" else f"({inner}{more})"
        case Pairs(pairs=pairs, length=length):
            inner = (
                ", ".join(f"{text_of(k, depth - 1)}: {text_of(v, depth - 1)}" for k, v in pairs[:6])
                if depth
                else "…"
            )
            return "{" + inner + (", …" if length > 6 else "") + "}"
        case Stored(pid):
            return f"persistent {text_of(pid, depth)}"
        case Opaque(why):
            return f"<{why}>"
