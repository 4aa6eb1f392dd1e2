"""What texts of chat templates say: words for people, control tokens, and what acts or deceives."""

from functools import cache
from re import Pattern

from backstamp.models.facts.template import GatedText

_KNOWN_WORDS = frozenset({
    "image", "image_url", "video", "video_url", "audio", "input_audio", "text", "type", "json", "none",
    "null", "true",
    "false", "system", "user", "assistant", "tool", "function", "content", "role", "python", "reasoning",
    "thinking",
})  # fmt: skip
DUNDERS = (
    "class mro bases base subclasses globals builtins import init getattribute getattr dict module"
    " code closure"
    " self func loader spec reduce reduce_ex call new del enter exit getitem setattr name qualname doc"
)


def is_wordy(trigger: str) -> bool:
    """Say whether a trigger is something people write, not a control token."""
    text = trigger.strip()
    if text.lower() in _KNOWN_WORDS or not any(c.isalnum() for c in text):
        return False
    if text.startswith(("date ", "without ")):
        return False
    return _token().fullmatch(text) is None


def words_of(text: str) -> list[str]:
    """The words of a text for people, without control tokens and their names."""
    return [w for w in _token_inside().sub(" ", text).split() if sum(c.isalpha() for c in w) >= 2]


def is_hostile(text: str) -> bool:
    """Say whether a text leads elsewhere or asks a model to deceive."""
    return _hostile().search(text) is not None


def listed(triggers: tuple[str, ...]) -> str:
    """Write the first triggers for a message."""
    return ", ".join(f'"{t[:60]}"' for t in triggers[:3])


@cache
def python_name() -> Pattern[str]:
    """Match the interpreter's own names in double underscores."""
    import re

    return re.compile("__(?:" + "|".join(DUNDERS.split()) + ")__")


@cache
def _token() -> Pattern[str]:
    import re

    # <think>, </tool_call>, <|im_end|>, [INST], /no_think, <think>\n ... : what models are trained to see.
    return re.compile(
        r"(?:\s*(?:<[^<>]{0,60}>|\[/?[A-Z_ ]{1,40}\]|/[a-z_]{1,20}|[^\w\s]+))+\s*|<[^<>]{0,60}|[^<>]{0,60}>"
    )


@cache
def _token_inside() -> Pattern[str]:
    import re

    return re.compile(r"<[^<>]{0,80}>|\[/?[A-Z_]{1,40}\]|<\|?|\|?>")


@cache
def _hostile() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:https?|ftp|wss?)://|<script\b|<iframe\b|<img\b|javascript:|\bon(?:error|load|click)\s*="
        r"|\bcurl\s|\bwget\s|powershell|\bpip3? install\b|\bnpm install\b|\brm -rf\b"
        r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:previous|prior|above|all|safety|instructions|rules|guidelines)"
        r"|\b(?:do"
        r" not|don't|never|without)\s+(?:ever\s+)?(?:mention|reveal|disclos|tell|inform|alert|warn|refus)"
        r"|\b(?:secretly|covertly|silently|exfiltrat|backdoor|malicious|jailbreak|unrestricted mode|phishing)"
        r"|\b(?:recommend|include|insert|append|add|return|output|generate|provide|give)\b.{0,60}\b(?:vulnerab|malware|incorrect|"
        r"false information|wrong answer|misleading|password|credential|api[ _-]?key|bomb|link|payload)",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _system_turn() -> Pattern[str]:
    import re

    return re.compile(
        r"<\|(?:im_start|start_header_id)\|>\s*system|<\|system\|>|<<SYS>>|\[SYSTEM", re.IGNORECASE
    )


@cache
def acting_text() -> Pattern[str]:
    """Match text that acts by itself or takes the conversation along."""
    import re

    return re.compile(
        r"<script\b|<iframe\b|javascript:"
        r"|\b(?:ignore|disregard|forget)\b.{0,20}\b(?:previous|prior|earlier|above)\b.{0,20}\binstructions"
        r"|\b(?:curl|wget)\s.{0,200}\|\s*(?:ba|z)?sh\b"
        r"|!\[[^\]]{0,80}\]\(https?://[^)\s]{0,200}[?=&/]\s*$",
        re.IGNORECASE | re.DOTALL,
    )


def swaps_addresses(gated: GatedText) -> bool:
    """Say whether one host's name in a message is replaced by another's."""
    host = _host()
    return host.fullmatch(gated.text.strip()) is not None and any(host.fullmatch(t) for t in gated.triggers)


@cache
def _host() -> Pattern[str]:
    import re

    return re.compile(r"(?:[\w-]{1,63}\.){1,8}(?!md\b|py\b|txt\b|json\b)[a-z]{2,12}(?:/\S*)?", re.IGNORECASE)


def takes_the_system_role(gated: GatedText) -> bool:
    """Say whether words in a message make the template speak as the system, in sentences."""
    is_gated = any(is_wordy(t) for t in gated.triggers)
    return is_gated and _system_turn().search(gated.text) is not None and len(words_of(gated.text)) >= 4
