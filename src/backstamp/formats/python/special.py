"""Calls that need more than a table: roads to other names, code that runs code, files, processes, network."""

# ruff: noqa: ARG001  # all handlers have one signature

# all handlers have one signature

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from backstamp.formats.python import folding
from backstamp.formats.python.effects import Effect, Payload
from backstamp.formats.python.paths import CREDENTIAL, PERSISTENCE, notable
from backstamp.formats.python.values import (
    BUILT,
    DECODED,
    DROPPED,
    FILE,
    NETWORK,
    SECRET,
    Choice,
    Const,
    Function,
    Items,
    Pairs,
    Ref,
    Scope,
    Value,
    described,
    is_known,
    options,
    unknown,
)

if TYPE_CHECKING:
    from backstamp.formats.python.machine import Machine

PATH_METHODS = frozenset(
    "expanduser resolve absolute joinpath read_text read_bytes write_text write_bytes open exists "
    "mkdir unlink as_posix "
    "with_suffix with_name".split()
)
_INVOKERS = frozenset(
    "map filter functools.reduce reduce atexit.register threading.Thread threading.Timer "
    "multiprocessing.Process "
    "multiprocessing.Pool _thread.start_new_thread thread.start_new_thread asyncio.run "
    "asyncio.create_task sorted min max "
    "asyncio.ensure_future asyncio.gather signal.signal sys.settrace sys.setprofile sys.addaudithook "
    "itertools.starmap "
    "weakref.finalize contextlib.ExitStack().callback timeit.timeit multiprocessing.get_context().Process "
    "asyncio.to_thread operator.call concurrent.futures.thread.ThreadPoolExecutor".split()
)
_INVOKING_ENDS = frozenset(
    "submit apply_async run_in_executor starmap imap call_soon call_later run_until_complete "
    "to_thread add_done_callback map "
    "start_new_thread".split()
)
# Variables by which every later process runs foreign code.
_HOOKS = frozenset(
    f"os.environ[{v}]"
    for v in ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "PYTHONSTARTUP", "BASH_ENV", "PROMPT_COMMAND")
)
_SENSITIVE = frozenset(
    "pickle torch builtins importlib safetensors sys picklescan modelscan fickling modelaudit "
    "backstamp joblib yaml os "
    "_pickle marshal subprocess socket ssl hayward".split()
)


def spread(values: list[Value], keywords: dict[str, Value]) -> list[Value]:
    """List the arguments with which a handed-on callable is called."""
    given = keywords.get("args")
    if isinstance(given, Items):
        return given.items
    if len(values) == 1 and isinstance(values[0], Items) and values[0].items:
        return [Choice(tuple(values[0].items[:16]))] if len(values[0].items) > 1 else list(values[0].items)
    return [v for v in values if not isinstance(v, Function)]


_CODE_ENDS = (".py", ".pyc", ".so", ".dll", ".dylib", ".exe", ".sh", ".bat", ".ps1", ".pyd", ".elf")


def is_invoker(name: str) -> bool:
    """Say whether a function calls the callables that it is given."""
    return name in _INVOKERS or name.rpartition(".")[2] in _INVOKING_ENDS


def noted(
    m: "Machine", action: str, name: str, callee: Ref, values: tuple[Value, ...], text: str | None = None
) -> None:
    """Note an effect at the current place."""
    taint = 0
    for value in values:
        taint |= value.taint
    shown = text if text is not None else " ".join(described(v, 400) for v in values[:4])
    for path, extra in m.dropped.items():
        if path in shown:
            taint |= extra
    m.note(
        Effect(
            action=action,
            callee=name[:120],
            line=m.line,
            column=m.column,
            when=m.when,
            text=shown[:2000],
            taint=taint,
            known=all(is_known(v) for v in values),
            hidden=tuple(dict.fromkeys(callee.hidden)),
            via=tuple(m.via[:8]),
            layers=m.layers,
        )
    )


def process(
    m: "Machine", name: str, callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> None:
    """Note the start of a process; code handed to an interpreter is walked."""
    commands = arguments[:1] or [
        v for k, v in keywords.items() if k in {"args", "cmd", "command", "executable"}
    ]
    if (
        name.startswith(("os.exec", "os.spawn", "os.posix_spawn"))
        or name.endswith("_exec")
        or "ShellExecute" in name
    ):
        commands = [Items(arguments[:8])]
    if name == "pty.spawn" and not commands:
        commands = [Const("sh")]
    for command in commands[:1]:
        for option in options(command):
            if isinstance(option, Const) and option.value is None:
                continue
            _walk_inline(m, option)
            noted(m, "process", name, callee, (option,))
    if not commands:
        noted(m, "process", name, callee, (unknown(), *keywords.values()), "")
    pipes = [v for k, v in keywords.items() if k in {"stdin", "stdout", "stderr"}]
    if any("socket" in described(v) for v in pipes):
        noted(m, "dup", "os.dup2", callee, tuple(pipes))


def _walk_inline(m: "Machine", command: Value) -> None:
    if isinstance(command, Const) and isinstance(command.value, str):
        found = re.search(r"python[\d.]* +-c +([\"'])(.+)\1\s*$", command.value[:20_000], re.DOTALL)
        if found:
            m.nested(found[2], Scope())
    if isinstance(command, Items):
        for flag, code in zip(command.items, command.items[1:], strict=False):
            is_flag = isinstance(flag, Const) and flag.value == "-c"
            if (
                is_flag
                and isinstance(code, Const)
                and isinstance(code.value, str)
                and "python" in described(command.items[0])
            ):
                m.nested(code.value, Scope())


def code(
    m: "Machine", name: str, callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> None:
    """Note code that is run from a value; where the value is known, walk it."""
    given = arguments[0] if arguments else next(iter(keywords.values()), unknown())
    for option in options(given):
        if isinstance(option, Const) and isinstance(option.value, str | bytes):
            if name.startswith(("runpy.", "imp.")):
                noted(m, "code", name, callee, (option,))
                continue
            walked = m.nested(option.value, _space_of(arguments, scope))
            hidden = option.taint & (DECODED | BUILT) or option.steps or callee.hidden
            if hidden or not walked or option.taint:
                noted(m, "code", name, callee, (option,))
        elif isinstance(option, Function):
            m.invoke(option, [], {})
        elif not isinstance(option, Const):
            noted(m, "code", name, callee, (option,))


def _space_of(arguments: list[Value], scope: Scope) -> Scope:
    # exec(code, {"f": os.system}): names come from the dict.
    if len(arguments) < 2 or not isinstance(arguments[1], Pairs):
        return scope
    inner = Scope(scope)
    inner.names.update({k: v for k, v in arguments[1].pairs.items() if isinstance(k, str)})
    return inner


def compile_code(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    """Compile code: what is known of the text stays known."""
    given = arguments[0] if arguments else keywords.get("source")
    if isinstance(given, Const | Choice):
        return given
    return Ref("compile()", given.taint, (), given.text) if isinstance(given, Ref) else None


def load(m: "Machine", name: str, callee: Ref, arguments: list[Value], keywords: dict[str, Value]) -> None:
    """Note a load by a format that can run code; constant bytes become payloads."""
    if _is_safe_load(name, arguments, keywords):
        return
    given = arguments[0] if arguments else next(iter(keywords.values()), unknown())
    kind = "marshal" if name.startswith("marshal") else "pickle"
    if isinstance(given, Const) and isinstance(given.value, bytes) and given.value and len(m.payloads) < 64:
        m.payloads.append(Payload(kind, given.value, m.line))
    noted(m, "load", name, callee, (given,))


def _is_safe_load(name: str, arguments: list[Value], keywords: dict[str, Value]) -> bool:
    def says(key: str) -> object:
        value = keywords.get(key)
        return value.value if isinstance(value, Const) else None

    if name.startswith("torch.") and says("weights_only") is True:
        return True
    if name == "numpy.load":
        return says("allow_pickle") is not True
    if name.startswith("yaml."):
        loader = keywords.get("Loader") or (arguments[1] if len(arguments) > 1 else None)
        return isinstance(loader, Ref) and "Safe" in loader.name
    if name.endswith("load_model"):
        return says("safe_mode") is not False
    return False


def network(
    m: "Machine", name: str, callee: Ref, arguments: list[Value], keywords: dict[str, Value], sent: int
) -> None:
    """Note a connection; ``sent`` is the taint of what goes out."""
    url = next((v for k, v in keywords.items() if k in {"url", "host", "address"}), None)
    values = arguments[:2] if name.endswith((".request", ".Request")) else arguments[:1]
    where = described(url) if url is not None else " ".join(described(v, 800) for v in values)
    before = len(m.effects)
    carrier = Ref("?", sent)
    noted(m, "network", name, callee, (carrier,), where)
    if name.endswith(("urlretrieve", ".download", "url_to_file", ".retrieve")) and len(m.effects) >= before:
        target = arguments[1] if len(arguments) > 1 else keywords.get("filename") or keywords.get("out")
        if target is not None:
            _drop(m, target, NETWORK)


def _drop(m: "Machine", path: Value, taint: int) -> None:
    text = described(path, 400)
    plain = re.sub(r"\{[^{}]*\}", "", text)
    if taint & (NETWORK | DECODED | BUILT) and len(plain) >= 4 and len(m.dropped) < 64:
        m.dropped[text] = DROPPED
        if taint & NETWORK and text.rstrip("'\"").lower().endswith(_CODE_ENDS):
            noted(m, "fetch", "download", Ref("?"), (path,), text)


def opened(m: "Machine", name: str, callee: Ref, arguments: list[Value], keywords: dict[str, Value]) -> None:
    """Note files which are opened for writing, and credential files."""
    path = arguments[0] if arguments else keywords.get("file", unknown())
    mode = arguments[1] if len(arguments) > 1 else keywords.get("mode")
    if name == "os.open":
        mode = None
    _touched(m, name, callee, path, described(mode) if mode is not None else "r")


def _touched(m: "Machine", name: str, callee: Ref, path: Value, mode: str) -> int:
    text = described(path, 400)
    kind = notable(text)
    writes = mode[:1] in {"w", "a", "x"} or "+" in mode
    if kind == PERSISTENCE and writes:
        noted(m, "write", name, callee, (path,), text)
    elif kind == CREDENTIAL:
        action = "write" if writes and ("authorized_keys" in text or "/etc/" in text) else "secret"
        noted(m, action, name, callee, (path,), text)
        return SECRET
    return 0


def open_file(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    """Open a file: say what reading it gives."""
    path = arguments[0] if arguments else keywords.get("file", unknown())
    mode = arguments[1] if len(arguments) > 1 else keywords.get("mode")
    text = described(mode) if mode is not None else "r"
    taint = FILE | (path.taint & DROPPED) | _touched(m, "open", callee, path, text)
    return Ref("open()", taint, (), described(path, 400))


def write_to(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> None:
    """Write to an opened file."""
    # What is written to a file and later run: the file's path carries the taint on.
    if callee.text and arguments:
        _drop(m, Const(callee.text), arguments[0].taint)


def path_method(
    m: "Machine", receiver: Const, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value:
    """Call a path's method on a path that is known."""
    ref = Ref(f"pathlib.Path().{name}")
    if name == "joinpath":
        return folding.folded("os.path.join", [receiver, *arguments], {}) or unknown(receiver.taint)
    if name in {"read_text", "read_bytes"}:
        return Ref(
            "open().read()",
            receiver.taint | FILE | _touched(m, ref.name, ref, receiver, "r"),
            (),
            str(receiver.value)[:400],
        )
    if name in {"write_text", "write_bytes"}:
        _touched(m, ref.name, ref, receiver, "w")
        if arguments:
            _drop(m, receiver, arguments[0].taint)
        return unknown()
    if name == "open":
        mode = described(arguments[0]) if arguments else "r"
        return Ref("open()", FILE | _touched(m, ref.name, ref, receiver, mode), (), str(receiver.value)[:400])
    return receiver


def simple(
    m: "Machine", action: str, name: str, callee: Ref, arguments: list[Value], keywords: dict[str, Value]
) -> None:
    """Note an effect by its first argument."""
    given = arguments[:1] or list(keywords.values())[:1]
    if name.endswith(("load_inline", "verify", "set_source")):
        given = [*arguments, *keywords.values()]
    noted(m, action, name, callee, tuple(given))


def half_known(receiver: Const, name: str, arguments: list[Value], keywords: dict[str, Value]) -> str:
    """Write what is known of a formatted or joined text."""
    template = str(receiver.value)[:4000]
    if name == "format":
        values = iter(arguments)
        out = template
        while "{}" in out and (value := next(values, None)) is not None:
            out = out.replace("{}", described(value, 400).replace("{}", "{?}"), 1)
        return out[:4000]
    if name == "join" and arguments and isinstance(arguments[0], Items):
        return template.join(described(v, 400) for v in arguments[0].items[:64])[:4000]
    return template if name == "replace" else ""


def patched(m: "Machine", target: Ref, key: Value | None, value: Value) -> None:
    """Note that something of a module which others rely on is replaced."""
    name = target.name
    if key is not None and isinstance(key, Const):
        name = name.replace("[]", f"[{key.value!s}]")
    if (
        name.partition(".")[0] in _SENSITIVE
        and target.name.count(".")
        and (name in _HOOKS or not name.startswith(("os.environ", "sys.path[")))
    ):
        noted(m, "patch", name[:120], target, (value,), described(value, 200))


SUFFIXES: dict[str, Callable[["Machine", Ref, list[Value], dict[str, Value], Scope], None]] = {
    "write": write_to,
    "writelines": write_to,
}
