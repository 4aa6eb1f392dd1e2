"""Roads on which a name gets to the call: environment, command line, records, settings, paths.

Each answers for a call with the value that it gives, so that the machine carries it on.
"""

# ruff: noqa: ARG001  # all roads have one signature

from collections.abc import Callable
from typing import TYPE_CHECKING

from backstamp.formats.python.values import (
    PARAM,
    Class,
    Const,
    Function,
    Instance,
    Items,
    Pairs,
    Partial,
    Ref,
    Value,
    either,
    unknown,
)
from backstamp.formats.usage.texts import first_text, flat, tainted_default, united

if TYPE_CHECKING:
    from backstamp.formats.python.machine import Machine

Given = dict[str, Value]
Road = Callable[["Machine", str, list[Value], Given], Value | None]

_MAPPINGS = frozenset(
    "SimpleNamespace Namespace EasyDict edict Box Munch AttrDict DotMap ConfigDict DictConfig create".split()
)
_OF_FIELDS = frozenset(
    "dataclasses pydantic attr attrs typer fastapi sqlmodel pydantic_settings simple_parsing tyro msgspec "
    "traitlets param luigi transformers".split()
)
_FIELDS = "Field field ib attrib Option Argument Query Body Form arg Unicode".split()
_WRAPPERS = frozenset(
    "from_openai from_anthropic from_groq from_mistral from_litellm patch wrap_openai wrap_anthropic "
    "with_options to eval cuda half float bfloat16 requires_grad_".split()
)


def _variable(_: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    if not name.endswith(("os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop")):
        return None
    default = arguments[1] if len(arguments) > 1 else keywords.get("default")
    return tainted_default(default) if default is not None and _is_told(default) else None


def _setting(_: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    # decouple.config("X", default="y"), environ.Env()("X", default="y"), env.str("X", "y")
    if not name.startswith(("decouple.", "environ.", "environs.", "starlette.config.")):
        return None
    default = keywords.get("default") or (arguments[1] if len(arguments) > 1 else None)
    return tainted_default(default) if default is not None and _is_told(default) else None


def _field(m: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    """Fields of records, and options of commands: what holds if nothing is given."""
    root = name.partition(".")[0]
    if root not in _OF_FIELDS:
        return None
    default = keywords.get("default") or keywords.get("default_value")
    if default is None and root not in {"dataclasses", "msgspec"} and arguments:
        default = arguments[0]
    if default is None and isinstance(
        made := keywords.get("default_factory") or keywords.get("factory"), Function
    ):
        return m.call(made, [], {}, None, m.globals)
    if default is None or not _is_told(default):
        return None
    return tainted_default(default) if root in {"typer", "fastapi"} or "env" in keywords else default


def _chosen(_: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    """Widgets: one of the listed options, or the text that stands in the box."""
    if not name.startswith(("streamlit.", "ipywidgets.", "chainlit.")) and not name.endswith(
        (".selectbox", ".radio")
    ):
        return None
    if name.endswith((".selectbox", ".radio", ".select_slider", ".pills")):
        listed = keywords.get("options") or (arguments[1] if len(arguments) > 1 else None)
        options = [v for one in flat(listed) for v in _members(one)]
        return tainted_default(found) if (found := united(options)) is not None else None
    value = keywords.get("value") or (arguments[1] if len(arguments) > 1 else None)
    return tainted_default(value) if value is not None and _is_told(value) else None


def _members(value: Value) -> list[Value]:
    if isinstance(value, Items):
        return value.items
    return [Const(k) for k in value.pairs] if isinstance(value, Pairs) else []


def _is_told(value: Value) -> bool:
    return any(isinstance(v, Const | Items | Pairs) for v in flat(value))


def _mapping(_: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    """Dicts whose entries are fetched as attributes."""
    if name.endswith(".create") and "OmegaConf" not in name:
        return None
    if name.endswith(".Namespace") and "argparse" not in name:
        return None
    entries: Given = {}
    for argument in arguments[:1]:
        for one in flat(argument):
            if isinstance(one, Pairs):
                entries |= {str(k): v for k, v in one.pairs.items()}
    entries |= {k: v for k, v in keywords.items() if k != "**"}
    return record_of(entries) if entries else None


def record_of(entries: Given, depth: int = 4) -> Value:
    """Make an object with these attributes; dicts inside are objects too."""
    cls = Class("record", ())
    for name, value in entries.items():
        inner = {str(k): v for k, v in value.pairs.items()} if isinstance(value, Pairs) else None
        cls.fields[name] = record_of(inner, depth - 1) if inner is not None and depth else value
    return Instance(cls)


def _client_of_wrapper(_: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    """Wrapped clients are clients, and models stay models on another device."""
    if name.startswith(("instructor.", "langsmith.", "langfuse.", "opik.", "weave.", "braintrust.")):
        return (arguments or list(keywords.values()))[0] if arguments or keywords else None
    base, _dot, tail = name.rpartition(".")
    if tail in {"to", "eval", "cuda", "half", "float", "bfloat16", "requires_grad_", "with_options"}:
        return None if not base.endswith(")") else Ref(base)
    return None


def _folder(_: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    """Paths from the folder of this file on."""
    first = arguments[0] if arguments else None
    if not isinstance(first, Const) or not isinstance(first.value, str):
        return None
    if name.endswith("os.path.dirname"):
        return Const(parent_of(first.value), first.taint)
    if name.endswith((".abspath", ".realpath", ".normpath", ".fspath", ".expandvars")) or name in {
        "str",
        "builtins.str",
    }:
        return first
    return None


def parent_of(path: str) -> str:
    """Give the folder of a path; ``__file__`` stands for a file in the folder of this one."""
    folder = path.replace("\\", "/").rpartition("/")[0]
    return folder or ("." if path != "." else "..")


def _named_tuple(_: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    if len(arguments) < 2:
        return None
    cls = Class("record", ())
    words = first_text(arguments[1]).replace(",", " ").split()
    cls.order = tuple(words or [first_text(v) for v in _members(arguments[1])])
    return cls


def _clicked(m: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    """``click.option("--model", default="x")`` decorates a function: its parameter has that default."""
    if not name.startswith(("click.", "rich_click.", "asyncclick.", "typer.")):
        return None
    flags = [v.value for v in arguments if isinstance(v, Const) and isinstance(v.value, str)]
    default = keywords.get("default")
    if default is None or not flags:
        return None
    plain = [f for f in flags if not f.startswith("-")]
    word = plain[0] if plain else max(flags, key=len).lstrip("-").partition("/")[0]
    return Partial(Ref("?option"), [Const(word.replace("-", "_").lower()), tainted_default(default)], {})


def _option_given(m: "Machine", name: str, arguments: list[Value], keywords: Given) -> Value | None:
    if len(arguments) != 3 or not isinstance(arguments[0], Const) or not isinstance(arguments[2], Function):
        return None
    function = arguments[2]
    function.defaults.setdefault(str(arguments[0].value), either(unknown(PARAM), arguments[1]))
    return function


ROADS: dict[str, Road] = {
    **dict.fromkeys(("get", "getenv", "setdefault", "pop"), _variable),
    **dict.fromkeys(("config", "Env()", "str", "get_value"), _setting),
    **dict.fromkeys(_FIELDS, _field),
    **dict.fromkeys(("selectbox", "radio", "text_input", "text_area", "select_slider", "pills"), _chosen),
    **dict.fromkeys(_MAPPINGS, _mapping),
    **dict.fromkeys(_WRAPPERS, _client_of_wrapper),
    **dict.fromkeys(("dirname", "abspath", "realpath", "normpath", "fspath", "expandvars"), _folder),
    "namedtuple": _named_tuple,
    "option": _clicked,
    "argument": _clicked,
    "?option": _option_given,
}  # fmt: skip
