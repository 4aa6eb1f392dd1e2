"""Out of which model a card says that another was made, by the words in front of a name or link."""

from collections.abc import Iterator
from functools import cache
from re import Pattern

import msgspec

from backstamp.core.placeholders import is_placeholder
from backstamp.core.supply import is_hub_name

_SITE = frozenset(
    "docs blog papers spaces datasets collections models join pricing tasks learn posts new settings login"
    " organizations "
    "course chat enterprise api resolve huggingface.co transformers diffusers autotrain".split()
)
_BEFORE = 160


class Origin(msgspec.Struct, frozen=True):
    """A model that a text names as what another was made of. ``manner`` is empty where it is not said."""

    name: str  # a hub name
    manner: str


def hub_model(url: str) -> str:
    """Give the name of the model that an address of the hub leads to; empty if it leads elsewhere."""
    for host in (
        "https://huggingface.co/",
        "http://huggingface.co/",
        "https://hf.co/",
        "https://www.huggingface.co/",
    ):
        if url.startswith(host):
            words = url.removeprefix(host).split("?")[0].split("#")[0].rstrip("/").split("/")
            if words and words[0].lower() in _SITE:
                return ""
            name = (
                "/".join(words[:2])
                if len(words) > 1 and words[1] not in ("tree", "blob", "resolve")
                else words[0]
            )
            return name if is_hub_name(name) else ""
    return ""


def hub_dataset(url: str) -> str:
    """Give the name of the dataset that an address of the hub leads to; empty if it leads elsewhere."""
    _, found, rest = url.partition("huggingface.co/datasets/")
    if not found or not url.startswith("http"):
        return ""
    words = rest.split("?")[0].split("#")[0].rstrip("/").split("/")
    name = (
        "/".join(words[:2])
        if len(words) > 1 and words[1] not in ("tree", "blob", "viewer", "resolve")
        else words[0]
    )
    return name if is_hub_name(name) else ""


def origins_in(text: str) -> Iterator[Origin]:
    """Yield the models that a paragraph (in Markdown) says a model was made of, each once."""
    text = " ".join(text[:20_000].split())
    seen: set[str] = set()
    for found in _named().finditer(text):
        name = hub_model(found[2]) if found[2] else (hub_model(found[3]) if found[3] else found[4])
        if not name or name in seen or not is_hub_name(name) or is_placeholder(name):
            continue
        before = _sentence_end().split(text[max(0, found.start() - _BEFORE) : found.start()])[-1].lower()
        after = text[found.end() : found.end() + 60].lower()
        manner = _manner(before, after)
        if manner is not None:
            seen.add(name)
            yield Origin(name, manner)


def _manner(before: str, after: str) -> str | None:
    """Say how by the words around a name; ``None`` if they do not say that it is an origin."""
    if _other().search(before):
        return None
    for manner, pattern in _manners():
        if pattern.search(before):
            return "finetune" if not manner and _tuned().search(after) else manner
    if _pretrained().search(before):
        return "finetune" if _tuned().search(after) else ""
    return None


@cache
def _named() -> Pattern[str]:
    import re

    return re.compile(
        r"\[([^\[\]]{0,200})\]\((https?://[^()\s]{1,500})\)"
        r"|<?(https?://(?:www\.)?(?:huggingface\.co|hf\.co)/[^\s<>()\[\]`\"']{1,300})"
        r"|`([\w.-]{1,96}/[\w.-]{1,96})`"
    )


@cache
def _manners() -> tuple[tuple[str, Pattern[str]], ...]:
    import re

    joint = r"(?:\b(?:of|from|on|version|for|to|using|with|into|model|is|based on|top of)\b|:)[^.;]{0,40}$"
    return (
        ("quantized", re.compile(r"\b(?:quanti[sz]\w{1,6}|quants?|gguf|gptq|awq|exl2|bitsandbytes"
                                 r"|imatrix)\b[^.;]{0,80}" + joint)),
        ("distilled", re.compile(r"\b(?:distil\w{0,6}|teacher)\b[^.;]{0,80}" + joint)),
        ("merge", re.compile(r"\bmerg\w{1,4}\b[^.;]{0,100}" + joint)),
        ("adapter", re.compile(r"\b(?:lora|dora|qlora|peft|adapters?|adaption weights"
                               r"|textual inversion)\b[^.;]{0,80}" + joint)),
        ("converted", re.compile(r"\b(?:convert\w{0,3}|conversion|onnx|openvino|coreml|mlx"
                                 r"|ported?)\b[^.;]{0,60}" + joint)),
        ("finetune", re.compile(
            r"\b(?:fine-? ?tun\w{1,4}|further (?:pre-?)?train\w{1,3}|continu\w{1,4} (?:pre-?)?train\w{0,3}"
            r"|instruction[- ]tuned|afinad\w"
            r"|ajustad\w|feinabgestimmt\w{0,2}|finegetunte?\w?|affin\w{1,3}|\u5fae\u8c03)[^.;]{0,80}"
            r"(?:\b(?:of|from|version|using|with|top of|based on|de|del|a partir de|von|auf|model"
            r"|checkpoint|the)\b|:|\u7684)[^.;]{0,40}$")),
        ("finetune", re.compile(r"\binitiali[sz]ed (?:from|with)\b[^.;]{0,40}$")),
        ("", re.compile(r"\b(?:base model|built (?:on|upon|on top of)|is based on|based on|derived from"
                        r"|\u57fa\u4e8e"
                        r"|basado en|basiert auf|bas\u00e9e? sur)\b[^.;]{0,40}$")),
    )  # fmt: skip


@cache
def _other() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:compar\w{1,4}|unlike|outperform\w{0,3}|better than|worse than|than|similar to|baseline|see"
        r"|refer to|check out|instead of"
        r"|dataset|code|space|demo|paper|thanks|docs|documentation|trained (?:by|with) \[|script"
        r"|tokenizer from|library|framework)\b[^.;]{0,30}$"
    )


@cache
def _pretrained() -> Pattern[str]:
    import re

    return re.compile(r"\bpre-?trained(?: \w{1,20}){0,2}\s?$")


@cache
def _tuned() -> Pattern[str]:
    import re

    return re.compile(r"\bfine-? ?tun|\u5fae\u8c03")


@cache
def _sentence_end() -> Pattern[str]:
    import re

    return re.compile(r"[.!?]\s+(?=[^a-z])")
