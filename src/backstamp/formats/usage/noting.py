"""Notes a use with all that its call says besides: pin, settings, provider, address."""

from typing import TYPE_CHECKING

from backstamp.core.supply import Kind, Trait
from backstamp.formats.python.values import Ref, Value
from backstamp.formats.usage.naming import Named
from backstamp.formats.usage.records import How, Said, Use
from backstamp.formats.usage.texts import Argument, first_text, flat, scalar_of, texts_of

if TYPE_CHECKING:
    from backstamp.formats.usage.watcher import Call, Made, UsageWatcher

_FLAGS = (
    "trust_remote_code", "weights_only", "use_safetensors", "local_files_only", "torch_dtype", "dtype",
    "load_in_4bit", "load_in_8bit", "code_revision", "allow_pickle", "force_download", "safe_mode",
    "quantization", "ignore_mismatched_sizes", "allow_dangerous_deserialization", "streaming",
)  # fmt: skip
_QUANTIZATION = ("load_in_4bit", "load_in_8bit", "bnb_4bit_quant_type", "bnb_4bit_compute_dtype")
_ROLES = ("split", "subfolder", "variant", "filename", "weight_name", "data_dir", "config_name", "name")
_ADDRESSES = (
    "base_url", "api_base", "openai_api_base", "azure_endpoint", "endpoint_url", "endpoint", "host",
    "api_url", "server_url", "inference_server_url", "url",
)  # fmt: skip


def address_of(call: "Call", maker: "Made | None") -> tuple[str, bool]:
    """Give the address of the API, of the call or of its client, and whether there is any."""
    for keywords in (call.keywords, maker.keywords if maker is not None else {}):
        for name in _ADDRESSES:
            if name in keywords:
                found = first_text(keywords[name])
                value = keywords[name]
                is_there = bool(found) or (isinstance(value, Ref) and value.name != "?")
                if is_there:
                    return (found if "://" in found or "." in found else "", True)
    return "", False


def pin_of(call: "Call") -> str:
    """Give the revision that a call asks for."""
    for name in ("revision", "commit_hash", "version", "checkpoint_revision", "snapshot"):
        value = call.keywords.get(name)
        if value is not None and (name == "revision" or call.signature.world in {"hub", "repo", "dataset"}):
            text = "" if isinstance(value, Ref) else scalar_of(value)
            if text and len(text) <= 100:
                return text
    return ""


def open_pin_of(call: "Call") -> str:
    """Give the name of another module that holds the revision that a call asks for."""
    value = call.keywords.get("revision")
    return value.name if isinstance(value, Ref) and "." in value.name[1:] and value.name[:1] != "?" else ""


def settings_of(watcher: "UsageWatcher", call: "Call") -> tuple[Said, ...]:
    """Give what a call says about how its part is loaded."""
    said = _flags_of(call.keywords, _FLAGS)
    for made in flat(call.keywords.get("quantization_config")):
        kept = watcher.maker_of(made.name) if isinstance(made, Ref) else None
        said += _flags_of(kept.keywords, _QUANTIZATION) if kept is not None else []
    for role in _ROLES:
        if role not in call.keywords or (role == "name" and call.signature.kind != "dataset"):
            continue
        word = "config" if role == "name" else role
        texts = texts_of(Argument(call.keywords[role]))[:4]
        said += [Said(Trait.ROLE, f"{word} {t.text[:200]}") for t in texts]
    return tuple(said)


def _flags_of(keywords: dict[str, Value], names: tuple[str, ...]) -> list[Said]:
    known = ((name, scalar_of(keywords[name])) for name in names if name in keywords)
    return [Said(Trait.FLAG, value, name) for name, value in known if value]


def noted(
    watcher: "UsageWatcher",
    call: "Call",
    named: Named,
    how: How,
    maker: "Made | None" = None,
    said: tuple[Said, ...] = (),
) -> None:
    """Note that a call uses a part."""
    provider = named.provider
    if named.part.kind is Kind.SERVICE and not provider:
        provider = named.part.key.partition(":")[0]
    more = list(said)
    if provider and provider not in {"name", "self-hosted", "url"}:
        more.append(Said(Trait.PROVIDER, provider))
    address, _ = address_of(call, maker)
    if (
        address
        and named.part.kind in {Kind.SERVICE, Kind.MODEL}
        and (provider or named.part.kind is Kind.SERVICE)
    ):
        more.append(Said(Trait.ENDPOINT, address[:500]))
    watcher.note(
        Use(
            line=call.line,
            column=call.column,
            callee=call.callee,
            part=named.part,
            how=how,
            revision=named.revision,
            said=(*settings_of(watcher, call), *more),
        )
    )
