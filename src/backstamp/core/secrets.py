"""Masks credentials in text which is about to be shown or stored.

A finding quotes the file it is about; a report travels to logs, tickets and pull requests. So what looks
like a credential is cut out of the quotation, and its kind stays readable: ``hf_****``.

1. Text is masked before it is cut to length, so that half a key is not shown as plain text.
2. Every pattern is linear, or bounded by a count: the text is hostile.
3. Names alone (``API_KEY``) stay: they are evidence. Only values go.
4. Options of command lines and queries of addresses are masked by what they are called.
"""

from functools import cache
from re import Pattern

MASK = "****"

_CALLED = "(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key)"
# What is kept of a match is group 1. Prefixes are those which the issuers document for secret scanning.
_PATTERNS = (
    r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)(?s:.*?)(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    r"\b((?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA))[A-Z0-9]{12,}",
    r"(?i)(aws_?secret_?(?:access_?)?key[\"'\s:=]{1,10})[A-Za-z0-9/+=]{16,}",
    r"\b((?:hf|api_org|gh[opsur]|npm)_)[A-Za-z0-9]{16,}",
    r"\b(github_pat_)\w{16,}",
    r"\b((?:glpat|pypi|dckr_pat|dapi)-)[\w-]{16,}",
    r"\b((?:sk|pk|rk)[-_](?:proj-|ant-|live_|test_|or-)?)(?=[A-Za-z_-]{0,64}\d)[\w-]{16,}",
    r"\b(xox[a-z]-)[\w-]{8,}",
    r"\b(AIza)[\w-]{30,}",
    r"\b(eyJ)[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",
    r"(?i)\b((?:bearer|basic)\s{1,4})[A-Za-z0-9+/_.=-]{16,}",
    r"(?i)((?:password|passwd|api_?key|secret|token)[\"']?\s{0,4}[:=]\s{0,4}[\"'])[^\"'\s]{6,}(?=[\"']|\Z)",
    rf"(?i)((?:^|[\s\"'\[,])--?(?:[\w.-]{{0,40}}[_.-])?{_CALLED}(?:=|[\"']?,?\s{{1,4}})[\"']?)(?![-<$\"'{{])[^\s\"']{{6,}}",
    rf"(?i)([?&;](?:[\w.-]{{0,40}}[_.-])?(?:{_CALLED}|sig|signature|credential)=)[^&;\s#\"']{{6,}}",
)
_NAMES = (
    "password", "passwd", "passphrase", "secret", "api_key", "apikey", "access_key", "private_key",
    "auth_token", "hub_token", "hf_token", "access_token", "credential",
)  # fmt: skip
# One look says for nearly all texts that none of the patterns can match.
_TRIGGER = (
    r"[-_]-?[A-Za-z0-9]{6}|AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|AIza|eyJ|://[^\s/]{0,400}@|-----BEGIN|[=:]\s{0,4}[\"']"
    r"|[Bb][Ee][Aa][Rr][Ee][Rr]\s|[Bb][Aa][Ss][Ii][Cc]\s|[Ss][Ee][Cc][Rr][Ee][Tt]"
    r"|-[Tt][Oo][Kk][Ee][Nn]|[?&;][\w.-]{0,60}="
)
_URL = r"(://[^\s/:@]{0,128}:)[^\s/@]{1,256}(@)"


def masked(text: str) -> str:
    """Replace the values of credentials in a text; the rest is untouched."""
    if len(text) < 8 or not _trigger().search(text):
        return text
    for pattern in _compiled():
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return _url().sub(rf"\g<1>{MASK}\g<2>", text)


def names_credential(key: str) -> bool:
    """Say whether what is called so is a credential: ``hub_token`` is one, ``pad_token`` is not."""
    lowered = key.lower().replace("-", "_")
    return lowered.rpartition(".")[2] == "token" or any(word in lowered for word in _NAMES)


@cache
def _trigger() -> Pattern[str]:
    import re

    return re.compile(_TRIGGER)


@cache
def _compiled() -> tuple[Pattern[str], ...]:
    import re

    return tuple(re.compile(pattern) for pattern in _PATTERNS)


@cache
def _url() -> Pattern[str]:
    import re

    return re.compile(_URL)
