"""The scanners: how each is called, and what it says of which file.

*Denied* is the verdict by which a scanner fails a build at its default settings (fickling: overtly malicious;
hayward: high; modelaudit: critical; modelscan: any issue; picklescan: dangerous). *Warned* is anything less
that still points at the file, "could not be read" included.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.measure import Cost, measured, total

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src")
DENIED, WARNED = "denied", "warned"
_FILE = re.compile(r"((?:malicious|benign)/\d{4}[-.\w]*)")
Said = dict[str, str]


@dataclass(frozen=True)
class Scanner:
    """A scanner: the command for a target, and a reader of what it wrote.

    ``is_single`` scanners take one file a call. ``report`` is the file written, if it is not standard output.
    """

    name: str
    command: Callable[[str, str], list[str]]
    read: Callable[[str], Said]
    is_single: bool = False

    def scan(self, targets: list[str], workplace: str, limit: float = 120.0) -> tuple[Cost, Said]:
        """Scan targets; returns the cost of all calls and what was said of each file of the corpus."""
        report = os.path.join(workplace, f"{self.name}.report")
        costs: list[Cost] = []
        said: Said = {}
        for target in targets:
            if os.path.exists(report):
                os.remove(report)
            cost = measured(
                self.command(target, report),
                environment=environment_of(workplace),
                folder=workplace,
                limit=limit,
            )
            costs.append(cost)
            _add(said, self.read(_written(report) or cost.output), target, cost if self.is_single else None)
        return total(costs), said


def environment_of(workplace: str) -> dict[str, str]:
    """The same for all: no colours, no telemetry, and an empty home."""
    return {
        "HOME": workplace,
        "LANG": "C.UTF-8",
        "NO_ANALYTICS": "1",
        "NO_COLOR": "1",
        "PATH": os.environ.get("PATH", os.defpath),
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": SOURCES,
        "XDG_CACHE_HOME": os.path.join(workplace, "cache"),
    }


def _written(report: str) -> str:
    try:
        with open(report, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _add(said: Said, new: Said, target: str, cost: Cost | None) -> None:
    for path, word in new.items():
        place = _file_of(path) or _file_of(target)
        if place and said.get(place) != DENIED:
            said[place] = word
    place = _file_of(target)
    if cost and place and cost.code not in (0, 1):
        said.setdefault(place, WARNED)


def _file_of(place: str) -> str:
    found = _FILE.search(place)
    return found.group(1) if found else ""


def _worst(pairs: Iterable[tuple[str, bool]]) -> Said:
    said: Said = {}
    for path, is_denied in pairs:
        place = _file_of(path)
        if is_denied or said.get(place) != DENIED:
            said[place] = DENIED if is_denied else WARNED
    return said


def _json(text: str) -> dict[str, list[dict[str, str]]]:
    try:
        found = json.loads(text[text.index("{") :])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _backstamp(text: str) -> Said:
    report = _json(text)
    pairs = [
        (f["path"], f["severity"] in {"critical", "high"})
        for f in report.get("findings", [])
        if f["severity"] != "info"
    ]
    pairs += [
        (c["path"], False) for c in report.get("coverage", []) if c["status"] not in {"complete", "skipped"}
    ]
    return _worst(pairs)


def _hayward(text: str) -> Said:
    report = _json(text)
    pairs = [
        (f["file"], f["severity"] in {"critical", "high"})
        for f in report.get("findings", [])
        if f["severity"] != "info"
    ]
    return _worst([*pairs, *((str(gap), False) for gap in report.get("coverage_gaps", []))])


def _modelaudit(text: str) -> Said:
    issues = _json(text).get("issues", [])
    return _worst(
        (i.get("location") or "", i["severity"] == "critical") for i in issues if i["severity"] in _LOUD
    )


_LOUD = frozenset({"critical", "error", "warning"})


def _modelscan(text: str) -> Said:
    report = _json(text)
    pairs = [(i["source"], True) for i in report.get("issues", [])]
    return _worst([*pairs, *((str(error), False) for error in report.get("errors", []))])


def _picklescan(text: str) -> Said:
    told = [line for line in text.splitlines() if " FOUND" in line or "could not" in line or "ERROR" in line]
    return _worst((line, ": dangerous import" in line) for line in told)


def _fickling(text: str) -> Said:
    # One JSON object for each pickle of the file, one after the other.
    severities = re.findall(r'"severity": "([A-Z_]+)"', text)
    if "OVERTLY_MALICIOUS" in severities or "LIKELY_OVERTLY_MALICIOUS" in severities:
        return {"": DENIED}
    return {"": WARNED} if set(severities) - {"LIKELY_SAFE"} else {}


def ours() -> Scanner:
    """Backstamp as it is installed beside this program, without its memory of earlier scans."""
    shown = subprocess.run(
        [sys.executable, "-m", "backstamp.cli", "scan", "--help"],
        env={**os.environ, "PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    options = [option for option in ("--no-cache",) if option in shown]
    options += ["--jobs", "1"] if "--jobs" in shown else []
    command = [sys.executable, "-m", "backstamp.cli", "scan", "--format", "json", *options]
    return Scanner("backstamp", lambda target, _: [*command, target], _backstamp)


def peers(binaries: dict[str, str]) -> list[Scanner]:
    """The others, by the folder of each one's programs."""
    known = {
        "fickling": Scanner(
            "fickling",
            lambda target, report: [
                f"{binaries['fickling']}/fickling",
                *("--check-safety", "--json-output", report, target),
            ],
            _fickling,
            is_single=True,
        ),
        "hayward": Scanner(
            "hayward",
            lambda target, report: [
                f"{binaries['hayward']}/hayward",
                *("scan", "--quiet", "-f", "json", "-o", report, target),
            ],
            _hayward,
        ),
        "modelaudit": Scanner(
            "modelaudit",
            lambda target, report: [
                f"{binaries['modelaudit']}/modelaudit",
                *("scan", "--no-cache", "-f", "json", "-o", report, target),
            ],
            _modelaudit,
        ),
        "modelscan": Scanner(
            "modelscan",
            lambda target, report: [
                f"{binaries['modelscan']}/modelscan",
                *("scan", "-r", "json", "-o", report, "-p", target),
            ],
            _modelscan,
        ),
        "picklescan": Scanner(
            "picklescan",
            lambda target, _: [f"{binaries['picklescan']}/picklescan", "-p", target],
            _picklescan,
        ),
    }
    return [known[name] for name in sorted(binaries)]
