"""What sentences about training say: settings, hardware, durations. Patterns over one sentence at a time.

Every pattern is bounded, so that a text costs time in proportion to its length. Nothing is concluded here:
a number with its name and how it was written.
"""

from collections.abc import Callable, Iterator
from functools import cache
from re import Match, Pattern

import msgspec

_MOST_SENTENCE = 2_000
_RATE = (
    r"((?:\d{1,3}(?:\.\d{1,8})?|\.\d{1,8})\s?(?:[eE]\s?[-\u2212\u2013]?\s?\d{1,2}|[x\u00d7*]\s?10\s?(?:\^"
    r"|\*\*)?\s?"
    r"\{?[-\u2212\u2013]\s?\d{1,2}\}?)|0?\.\d{1,10})"
)
_COUNT = r"(\d{1,3}(?:[,\u202f]\d{3}){1,4}|\d{1,12}(?:\.\d{1,3})?)\s?(k|K|M|million|thousand)?\b"
_GAP = r"[^\d.;]{0,30}?"

Value = int | float | str


class Setting(msgspec.Struct, frozen=True):
    """A setting of a training run that a sentence names."""

    name: str
    value: Value


class Device(msgspec.Struct, frozen=True):
    """Hardware that a sentence names; ``count`` is zero where none is said."""

    name: str
    count: int


def settings_in(sentence: str) -> Iterator[Setting]:
    """Yield the settings that a sentence about training names, each name once."""
    sentence = sentence[:_MOST_SENTENCE]
    seen: set[str] = set()
    for name, pattern, convert in _settings():
        if name in seen:
            continue
        for found in pattern.finditer(sentence):
            value = convert(found)
            if value is not None:
                kept = _renamed(name, found[0].lower(), sentence[: found.start()].lower())
                if kept:
                    seen.add(name)
                    yield Setting(kept, value)
                    break


def devices_in(sentence: str) -> Iterator[Device]:
    """Yield the accelerators that a sentence names."""
    for found in _device().finditer(sentence[:_MOST_SENTENCE]):
        count, maker, name = found[1] or "", found[2] or "", " ".join(found[3].split())
        is_clear = len(name) > 3 or count or maker or "GPU" in found[0] or name[:1] == "V"
        if not is_clear:
            continue
        name = name.replace("TPUs", "TPU").replace("Tpu", "TPU")
        memory = f" {found[4]}GB" if found[4] else ""
        yield Device(name + memory, _WORDS.get(count.lower(), 0) or (int(count) if count.isdigit() else 0))


def seconds_in(sentence: str) -> float | None:
    """Give a duration that a sentence names, in seconds: "for 72 hours", "took about 3 days"."""
    found = _duration().search(sentence[:_MOST_SENTENCE])
    if found is None:
        return None
    number = number_of(found[1])
    unit = found[2].lower()[:3]
    return None if number is None else round(number * _UNITS[unit], 3)


def number_of(text: str, scale: str = "") -> int | float | None:
    """Read a number as people write it: ``1,170,060,424``, ``100k``, ``2e-5``, ``1.5M``, ``3 x 10^-4``."""
    bare = text.strip().replace("\u2212", "-").replace("\u2013", "-").replace("\u202f", "").replace("_", "")
    powered = _power().fullmatch(bare.replace(" ", ""))
    if powered is not None:
        return float(f"{powered[1]}e{powered[2]}")
    if bare.startswith("0,") and bare[2:].isdigit():  # a decimal comma
        bare = bare.replace(",", ".")
    if "," in bare:
        if not _grouped().fullmatch(bare):
            return None
        bare = bare.replace(",", "")
    if bare and bare[-1] in "kKMB" and not scale:
        bare, scale = bare[:-1].strip(), bare[-1]
    if len(bare) > 40 or not _plain_number().fullmatch(bare.replace(" ", "")):
        return None
    number = float(bare.replace(" ", "")) * _SCALES.get(scale, 1)
    if number != number or abs(number) > 1e18:  # noqa: PLR0124  # not a number
        return None
    is_whole = number == int(number) and ("." not in bare or scale) and "e" not in bare.lower()
    return int(number) if is_whole else number


_SCALES = {"k": 1e3, "K": 1e3, "thousand": 1e3, "M": 1e6, "million": 1e6, "B": 1e9, "billion": 1e9}
_UNITS = {
    "sec": 1.0,
    "min": 60.0,
    "hou": 3600.0,
    "hrs": 3600.0,
    "hr": 3600.0,
    "day": 86400.0,
    "wee": 604800.0,
}
_WORDS = {
    "a": 1, "an": 1, "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "eight": 8, "sixteen": 16,
}  # fmt: skip


def _renamed(name: str, found: str, before: str) -> str:
    """Make a name more exact by what stands in it or in front of it; empty if it is another thing."""
    if name == "batch_size":
        if "eval" in before[-20:] or "eval" in found:
            return ""
        if any(word in found for word in ("per device", "per gpu", "per-device", "per-gpu")):
            return "per_device_train_batch_size"
        if before.rstrip().endswith(
            ("per-device", "per device", "micro", "per-gpu", "per gpu", "per_device")
        ):
            return "per_device_train_batch_size"
        if before.rstrip().endswith(("global", "effective", "total")):
            return "total_train_batch_size"
    if name == "max_steps" and ("warm" in found or "warm" in before[-12:]):
        return ""
    return name


def _rate(found: Match[str]) -> Value | None:
    value = number_of(found[1].replace(" ", ""))
    return value if value is not None and 0 < value <= 1 else None


def _whole(found: Match[str]) -> Value | None:
    value = number_of(found[1], found[2] or "")
    return int(value) if value is not None and value >= 1 and value == int(value) else None


def _any_count(found: Match[str]) -> Value | None:
    value = number_of(found[1], found[2] or "")
    return value if value is not None and value > 0 else None


def _share(found: Match[str]) -> Value | None:
    value = number_of(found[1])
    if value is None:
        return None
    value = value / 100 if found[2] else value
    return value if 0 < value < 1 else None


_STEPS = (
    r"(?:training |optimi[sz]ation |gradient |update |optimi[sz]er |global )?(?:steps|iterations|updates)"
)
_OPTIMIZER = (
    r"\b((?:8-bit |fused |paged |paged 8-bit )?(?:AdamW|Adafactor|Adam|SGD|LAMB|Lion|RMSprop|Adagrad|Shampoo"
    r"|Muon|Sophia|LARS|NAdam|RAdam|AdEMAMix))\b"
)
_SCHEDULE = (
    r"\b(cosine|linear|constant|polynomial|exponential|inverse square[ -]root)"
    r"(?:\s(?:annealing|decay|learning[ -]rate|lr|warm[ -]?up)){0,4}\s(?:schedul\w{1,4}|decay|annealing)\b"
)
_PRECISION = r"\b(bf16|fp16|bfloat16|float16|fp8|tf32|fp32)\b"
_ABOUT = r"(?:about |around |approximately |~\s?)?"
# Name of the setting, how its value is read, and the pattern: the first that fits counts.
_PATTERNS = (
    ("learning_rate", "rate", r"\b(?:learning[ _-]rate|lr)\b" + _GAP + _RATE),
    (
        "learning_rate",
        "rate",
        _RATE + r"(?:\s(?:as|for|peak|initial|constant|maximum|max)){0,2}\s(?:the\s)?learning[ -]rate",
    ),
    ("batch_size", "whole", r"\bbatch[ _-]?sizes?\b" + _GAP + _COUNT),
    ("batch_size", "whole", r"\bbatch(?:es)? of (?:size )?" + _COUNT),
    ("warmup_ratio", "share", r"\b(\d{1,2}(?:\.\d)?)(\s?%)\s(?:linear\s)?warm[ -]?up\b"),
    (
        "warmup_ratio",
        "share",
        (
            r"\bwarm[ -]?up(?: ratio| steps| period| phase)?[^\d;]{0,20}?"
            r"(0?\.\d{1,4}|\d{1,2}(?:\.\d)?(?=\s?%))(\s?%)?"
        ),
    ),
    ("warmup_steps", "whole", _COUNT + r"\s(?:linear\s)?warm[ -]?up\ssteps"),
    (
        "warmup_steps",
        "whole",
        r"(?<![\dkK] )(?<!linear )\bwarm[ _-]?up(?:[ _]steps?| phase| period)?[^\d.;]{0,20}?"
        + _COUNT
        + r"(?!\s?%|\.\d|\s+epoch)",
    ),
    ("max_steps", "whole", r"\b(?:for|during|over|after|of|total)\s" + _ABOUT + _COUNT + r"\s" + _STEPS),
    ("max_steps", "million", r"\bone million\s" + _STEPS),
    ("gpu_hours", "whole", _COUNT + r"\sGPU[- ]hours\b"),
    ("max_steps", "whole", r"\b(?:training|max|total|number of(?: training)?)[ _]steps" + _GAP + _COUNT),
    ("num_train_epochs", "count", r"\b" + _COUNT + r"\s(?:full\s|training\s)?epochs?\b"),
    ("num_train_epochs", "one", r"\b(?:one|a single)\sepoch\b"),
    (
        "num_train_epochs",
        "count",
        r"\b(?:number of |num[ _]?(?:train[ _])?)?epochs?\s?(?:of|=|:|was|is)\s?" + _COUNT,
    ),
    ("max_seq_length", "whole", r"\b(?:sequence|context|token) (?:length|window)s?[^\d.;]{0,40}?" + _COUNT),
    (
        "max_seq_length",
        "whole",
        r"\bmax(?:imum)?[ _](?:(?:seq|sequence|input|token)[ _])?(?:length|len)[^\d.;]{0,20}?" + _COUNT,
    ),
    ("optimizer", "word", _OPTIMIZER + r"(?=.{0,60}?\boptimi[sz])"),
    ("optimizer", "word", r"\b(?:with|using|con|mit|avec) (?:the )?(AdamW|Adafactor)\b"),
    ("optimizer", "word", r"\boptimi[sz]\w{1,6}\b[^.;]{0,30}?" + _OPTIMIZER),
    (
        "weight_decay",
        "count",
        r"\bweight[ _-]decay\b" + _GAP + r"(\d{1,3}(?:\.\d{1,8})?(?:e-?\d{1,2})?|\.\d{1,8})()",
    ),
    ("dropout", "count", r"\bdropout(?: rate| probability)?[^\d.;]{0,15}?(0?\.\d{1,6})()"),
    ("lr_scheduler_type", "small", _SCHEDULE),
    ("seed", "seed", r"\b(?:random[ _])?seed\b\s?(?:of|=|:|was|is|(?:(?:was|is)\s)?set to)?\s?(\d{1,12})\b"),
    ("gradient_accumulation_steps", "whole", r"\bgradient[ _-]accumulation[^\d.;]{0,20}?" + _COUNT),
    ("precision", "small", _PRECISION + r"(?=.{0,40}?\b(?:precision|training|trained))"),
    (
        "precision",
        "small",
        r"\b(?:precision|(?:trained|training)\s(?:in|with|using))\b[^.;]{0,20}?" + _PRECISION,
    ),
    ("precision", "small", r"\btrain\w{0,3}\b[^.;]{0,60}?\b(?:in|with|using)\s" + _PRECISION),
    ("lora_r", "whole", r"\b(?:LoRA|adapter)\b[^.;]{0,40}?\brank\b[^\d.;]{0,10}" + _COUNT),
    ("lora_r", "whole", r"\brank[ -](?:of )?" + _COUNT + r"(?=.{0,40}?\bLoRA)"),
    ("lora_alpha", "whole", r"\bLoRA\b.{0,80}?\balpha\b[^\d.;]{0,10}" + _COUNT),
)
_READ: dict[str, Callable[[Match[str]], Value | None]] = {
    "rate": _rate,
    "whole": _whole,
    "count": _any_count,
    "share": _share,
    "word": lambda found: found[1],
    "small": lambda found: found[1].lower(),
    "seed": lambda found: int(found[1]),
    "one": lambda _: 1,
    "million": lambda _: 1_000_000,
}


@cache
def _settings() -> tuple[tuple[str, Pattern[str], Callable[[Match[str]], Value | None]], ...]:
    import re

    return tuple((name, re.compile(text, re.IGNORECASE), _READ[how]) for name, how, text in _PATTERNS)


@cache
def _device() -> Pattern[str]:
    import re

    return re.compile(
        r"(?<![\w.-])(?:(\d{1,6}|[Aa]n?|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ee]ight|[Ss]ixteen|single)\s?[x\u00d7*]?\s?)?"
        r"(NVIDIA\s|Nvidia\s|nvidia\s|AMD\s|Google\s(?:Cloud\s)?|[Cc]loud\s|Intel\s|AWS\s)?"
        r"(TPUs?(?=\s(?:in|pod|chips|for))|TPUs?\s?v\d\w{0,2}(?:-\d{1,5})?|(?:Tesla\s)?[VPKMT]\d{2,3}(?:m|s)?\b|T4\b|[ABH]\d{3}X?\b|A10G?\b|A40\b"
        r"|A[2456]000\b|L4\b|L40S?\b|GH200\b|GB\d{3}\b|RTX\s?(?:A?\d{4})(?:\s?Ti|\s?SUPER)?|GTX\s?\d{4}(?:\s?Ti)?"
        r"|Quadro\sRTX\s\d{4}|MI\d{3}X?\b|Titan\s?(?:X|V|RTX)\b|Trainium\d?|Gaudi\s?\d?)"
        r"(?:[-\s]?(?:SXM\d?|PCIe))?(?:[-\s(]{0,2}(\d{2,3})\s?(?:GB|G|gb|GiB)\b\)?)?(?:\s?(?:GPU|gpu|TPU)s?)?"
    )


@cache
def _duration() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:for|took|takes|in|lasted|about|approximately|around)\s"
        r"(?:about |around |approximately |roughly |~\s?)?"
        r"(\d{1,6}(?:\.\d{1,3})?)\s?(hours?|hrs?|days?|minutes?|weeks?)\b",
        re.IGNORECASE,
    )


@cache
def _grouped() -> Pattern[str]:
    import re

    return re.compile(r"\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,6})?")


@cache
def _power() -> Pattern[str]:
    import re

    return re.compile(r"(\d{1,6}(?:\.\d{1,8})?)[x\u00d7*]10(?:\^|\*\*)?\{?(-?\d{1,3})\}?")


@cache
def _plain_number() -> Pattern[str]:
    import re

    return re.compile(r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,3})?")
