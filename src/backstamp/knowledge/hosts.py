"""Addresses that real model code has no business with: drop boxes, tunnels, paste sites, bare machines."""

import re
from functools import cache


def is_dubious(address: str) -> bool:
    """Say whether a URL or host is one that exfiltration and droppers use."""
    text = address[:2000].lower()
    return _dubious().search(text) is not None and _own().search(text) is None


def is_metadata_service(address: str) -> bool:
    """Say whether an address is the credential service of a cloud machine."""
    return "169.254.169.254" in address or "metadata.google.internal" in address or "169.254.170.2" in address


def is_drop_box(address: str) -> bool:
    """Say whether an address is a drop box, tunnel or paste site: nothing real code is a client of."""
    return _drop_box().search(address[:2000].lower()) is not None


@cache
def _drop_box() -> re.Pattern[str]:
    return re.compile(
        r"webhook\.site|requestbin|requestcatcher|pipedream\.net|\.ngrok|burpcollaborator|oastify|\boast\.|interact\.sh|dnslog|"
        r"beeceptor\.com|hookbin|\.onion\b|pastebin\.com/raw|paste\.ee|hastebin|rentry\.co|transfer\.sh|0x0\.st|anonfiles|canarytokens|"
        r"discord(?:app)?\.com/api/webhooks/\d|api\.telegram\.org/bot\d|\b(?:evil|attacker|malicious|exfil|hacker)[\w.-]*\.\w"
    )


@cache
def _own() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|//|\s)(?:127\.|0\.0\.0\.0|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|1\.1\.1\.1|8\.8\.8\.8|localhost)"
    )


@cache
def _dubious() -> re.Pattern[str]:
    return re.compile(
        r"webhook\.site|requestbin|requestcatcher|pipedream\.net|ngrok|burpcollaborator|oastify|\boast\.|interact\.sh|dnslog|"
        r"beeceptor|hookbin|\.onion\b|pastebin\.com|paste\.ee|hastebin|rentry\.co|transfer\.sh|file\.io|0x0\.st|anonfiles|gofile\.io|"
        r"discord(?:app)?\.com/api/webhooks|api\.telegram\.org|trycloudflare|serveo\.net|localhost\.run|duckdns\.org|canarytokens|"
        r"\b(?:evil|attacker|malicious|exfil|c2|hacker)[\w.-]*\.|\.(?:evil|attacker)\b|"
        r"(?:^|//|@|\s)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b"
    )
