"""Scripts for shells and the like: which host runs a text, and what its lines do.

Traits are what a helper script beside weights has no need of: running what was just downloaded or
decoded, opening a shell to another machine, taking keys along. Patterns are bounded and run on
lines cut into pieces, so that the cost stays linear. Comments are left out.
"""

from functools import cache
from re import Pattern

from backstamp.formats.installers import without_installers

_SHELL = r"(?:sudo\s+(?:-\w+\s+)*)?(?:/bin/|/usr/bin/)?(?:env\s+)?(?:ba|z|da|k)?sh\b"
_FETCH = r"\b(?:curl|wget|fetch|aria2c)\b"
_FETCH_POWERSHELL = (
    r"(?:\b(?:iwr|irm|invoke-webrequest|invoke-restmethod)\b|\bdownloadstring\b|\bdownloaddata\b)"
)
_EVALUATE = r"\b(?:iex|invoke-expression)\b"
_SECRET = r"(?:\.ssh/id_|\.aws/credentials|/etc/shadow|\.netrc|login data|\.kube/config)"
_SEND = r"(?:curl|wget|nc\b|invoke-)"
_PATTERNS = (
    (
        "download-and-run",
        (
            rf"{_FETCH}[^|;&]{{1,400}}\|\s*(?:[^|]{{1,80}}\|\s*)?{_SHELL}",
            rf"{_FETCH}[^|;&]{{1,400}}\|\s*(?:sudo\s+)?(?:python[\d.]*|perl|ruby|node|php)\b",
            rf"(?:\beval\b|\bsource\b|\b(?:ba)?sh\s+-c\b|\b(?:ba)?sh\s+(?=<)|^\.\s).{{0,20}}[$<`]\(?\s*{_FETCH}",
            rf"{_FETCH_POWERSHELL}.{{1,400}}\|\s*{_EVALUATE}",
            rf"{_EVALUATE}.{{0,200}}{_FETCH_POWERSHELL}",
            r"\bmshta(?:\.exe)?\s+[\"']?(?:https?:|javascript:|vbscript:)",
            r"\bregsvr32\b.{0,80}/i:\s*https?:",
            r"\bmsiexec(?:\.exe)?\b.{0,60}https?://",
        ),
    ),
    (
        "decode-and-run",
        (
            r"\bbase64\s+(?:-d|-di|--decode)\b[^|]{0,200}\|\s*(?:[^|]{1,80}\|\s*)?(?:python|perl)",
            rf"\bbase64\s+(?:-d|-di|--decode)\b[^|]{{0,200}}\|\s*(?:[^|]{{1,80}}\|\s*)?{_SHELL}",
            r"(?:\beval\b|\b(?:ba)?sh\s+-c\b).{0,200}\bbase64\s+(?:-d|--decode)",
            rf"\b(?:xxd\s+-r|openssl\s+(?:enc|base64)).{{0,200}}\|\s*{_SHELL}",
            r"\bpowershell(?:\.exe)?\b.{0,200}\s-e(?:nc|ncodedcommand|c)?\s+[a-z0-9+/=]{16,}",
            rf"frombase64string.{{0,300}}(?:{_EVALUATE}|assembly\]::load)",
            rf"(?:{_EVALUATE}|::load\().{{0,300}}frombase64string",
            r"\bcertutil(?:\.exe)?\b.{0,80}-(?:decode|urlcache)\b",
            r"\bpython[\d.]*\s+-c\s.{0,200}(?:exec|eval)\s*\(.{0,200}(?:base64|b64decode|zlib|marshal)",
        ),
    ),
    (
        "reverse-shell",
        (
            r"/dev/(?:tcp|udp)/",
            r"\bn(?:c|cat)(?:\.exe)?\b.{0,60}\s-\w*[ec]\w*\s+(?:/bin/|cmd|powershell|bash|sh)",
            r"\bncat\b.{0,60}--exec|\bsocat\b.{0,200}exec:|\bmkfifo\b.{0,200}\|\s*nc\b",
            r"new-object\s+(?:system\.)?net\.sockets\.tcpclient",
            r"socket.{0,200}connect.{0,300}(?:dup2|subprocess|pty\.spawn)",
        ),
    ),
    ("fetches-program", (r"\bbitsadmin\b.{0,80}/transfer|\bstart-bitstransfer\b",)),
    (
        "script-host",
        (
            r"createobject\(\s*[\"'](?:wscript\.shell|shell\.application|msxml2\.|adodb\.stream)",
            r"new\s+activexobject",
        ),
    ),
    ("destroys", (r"\brm\s+-\w*r\w*f?\w*\s+(?:--no-preserve-root\s+)?(?:/|~|\$home)(?:\s|/?\*|$)",)),
    ("reads-secrets", (rf"{_SECRET}.{{0,200}}{_SEND}", rf"{_SEND}.{{0,300}}(?:{_SECRET}|/etc/passwd)")),
    (
        "persists",
        (
            r"crontab\s+-(?!l)|>>\s*(?:~|\$home|/etc)/\S*(?:crontab|authorized_keys)",
            r"\\currentversion\\run\b|schtasks.{0,60}/create",
        ),
    ),
    ("hides", (r"-(?:windowstyle|w)\s+hidden\b.{0,300}(?:-e|http|download|-command|-c)\b",)),
    (
        "disables-defence",
        (
            r"set-mppreference.{0,100}-(?:disable|exclusion)|add-mppreference.{0,60}-exclusion",
            r"netsh\s+advfirewall\s+set\s+\w+\s+state\s+off|setenforce\s+0",
        ),
    ),
)


def script_language(text: str, name: str) -> str:
    """Name the shell or host that would run a text; empty if none would. Python has its own reader."""
    name = name.lower()
    if text.startswith("#!"):
        line = text[2:200].partition("\n")[0].strip().lower()
        program = line.partition(" ")[0].rpartition("/")[2]
        if program == "env":
            program = next((w for w in line.split()[1:] if not w.startswith("-") and "=" not in w), "")
        return "" if program.startswith(("python", "pypy")) else program.rpartition("/")[2] or "unknown"
    suffix = name.rpartition(".")[2] if "." in name else ""
    return _LANGUAGES.get(suffix, "")


_LANGUAGES = {
    "sh": "sh",
    "bash": "bash",
    "zsh": "zsh",
    "command": "sh",
    "bat": "batch",
    "cmd": "batch",
    "ps1": "powershell",
    "psm1": "powershell",
    "vbs": "vbscript",
    "vbe": "vbscript",
    "wsf": "wsh",
    "hta": "hta",
    "desktop": "desktop",
}


def traits_of(text: str) -> dict[str, str]:
    """Find what a helper script has no need of: each trait with the line that shows it."""
    found: dict[str, str] = {}
    for line in _logical_lines(text):
        low = without_installers(line.strip()).lower()
        if not low or low.startswith(("#", "rem ", "::", "'")):
            continue
        for trait, pattern in _patterns():
            if trait not in found and pattern.search(low):
                found[trait] = line.strip()[:300]
    if "download-and-run" not in found and (late := _run_later(text.lower())):
        found["download-and-run"] = late
    return found


@cache
def _patterns() -> tuple[tuple[str, Pattern[str]], ...]:
    import re

    return tuple((trait, re.compile(source)) for trait, sources in _PATTERNS for source in sources)


def _run_later(low: str) -> str:
    """A download saved to a file that a later line makes executable or starts."""
    import re

    for match in re.finditer(
        r"\b(?:curl|wget)\b[^\n|]{1,400}?(?:-o|--output|-O)\s*[\"']?(\S{2,120})|"
        r"(?:outfile|downloadfile\([^,\n]{1,300},)\s*[\"']?([^\s\"')]{2,120})",
        low,
    ):
        name = (match[1] or match[2]).strip("\"'").rpartition("/")[2].rpartition("\\")[2]
        if len(name) < 2:
            continue
        rest = low[match.end() : match.end() + 4000]
        known = re.escape(name)
        if re.search(rf"(?:chmod\s+\S*(?:\+x|7[0-7]{{2}})\S*\s[^\n]*{known})", rest) or re.search(
            rf"(?:^|[\n;&|])\s*(?:sudo\s+)?(?:start(?:-process)?\s+\S*|(?:ba)?sh\s+|\./|&\s*|/tmp/|%temp%\\|\$env:temp\\)"
            rf"[\"']?[^\n\s]*{known}",
            rest,
        ):
            return match[0][:300]
    return ""


def _logical_lines(text: str) -> list[str]:
    """Lines with continuations joined: a backslash, a caret or a backtick at the end."""
    lines: list[str] = []
    held = ""
    for line in text.splitlines():
        if line.endswith(("\\", "^", "`")) and len(held) < 8192:
            held += line[:-1] + " "
            continue
        lines.extend(_pieces(held + line))
        held = ""
    lines.extend(_pieces(held))
    return lines


def _pieces(line: str) -> list[str]:
    """Long lines in overlapping pieces, so that searching stays linear and nothing hides far to the right."""
    if len(line) <= 4096:
        return [line]
    return [line[at : at + 4096] for at in range(0, len(line), 3072)]
