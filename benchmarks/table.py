"""Writes measurements as a Markdown page."""

from collections.abc import Sequence
from typing import Protocol

from benchmarks.measure import Cost

MIB = 1024 * 1024


class Measured(Protocol):
    """What the page shows of one scanner."""

    name: str
    version: str
    start: Cost
    whole: Cost
    large: Cost
    many: Cost
    sparse: Cost
    counts: dict[str, int]


def written(
    results: Sequence[Measured],
    *,
    malicious: int,
    benign: int,
    size: int,
    operations: int,
    day: str,
    machine: str,
) -> str:
    """Write the page; the first result is Backstamp's, and ratios are to it."""
    first = results[0]
    verdicts = [
        [
            f"{r.name} {r.version}",
            _share(r.counts["malicious denied"], malicious),
            _share(r.counts["malicious warned"], malicious),
            _share(r.counts["benign denied"], benign),
            _share(r.counts["benign warned"], benign),
        ]
        for r in results
    ]
    times = [
        [
            f"{r.name} {r.version}",
            _seconds(r.start, first.start),
            _seconds(r.whole, first.whole),
            _seconds(r.large, first.large),
            _seconds(r.many, first.many),
            _seconds(r.sparse, first.sparse),
            f"{max(c.memory for c in (r.whole, r.large, r.many, r.sparse)) / MIB:,.0f} MiB",
        ]
        for r in results
    ]
    spent = max(first.large.processor - first.start.processor, 0.001)
    return _PAGE.format(
        day=day,
        machine=machine,
        malicious=malicious,
        benign=benign,
        verdicts=_table(_VERDICTS, verdicts),
        size=size / 1e6,
        operations=operations / 1e6,
        costs=_table(_COSTS, times),
        bytes_a_second=size / 1e6 / spent,
        operations_a_second=operations / 1e6 / spent,
    )


_VERDICTS = ("scanner", "malicious denied", "malicious warned", "benign denied", "benign warned")
_COSTS = ("scanner", "start", "corpus", "large pickle", "1,000 small models", "10 GiB", "memory")
_PAGE = """\
# Benchmarks

<!-- Written by benchmarks/run.py; do not edit. -->

Made on {day} with `make bench`; {machine}.

The malicious and benign files are the cases of our own tests: the table shows what other scanners make of
the evasions that we know of. It does not show how any of them, ours included, does on unseen files.

## Verdicts

{malicious} malicious and {benign} benign files. Denied: fails a build at the default settings. Warned: says
anything less about the file, or that it could not read it.

{verdicts}

## Cost

Processor seconds, and how many times ours. *Start* is one small file, the median of five. The *large
pickle* is a dict of 60,000 small dicts: {size:.1f} MB, {operations:.2f} million opcodes. *10 GiB* is a
safetensors header with a hole behind it. fickling takes one file a call: its cost for many files is that of
many starts.

{costs}

Backstamp reads the large pickle at {bytes_a_second:.1f} MB/s, {operations_a_second:.2f} million opcodes a
second.
"""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    aligned = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, aligned, *rows))


def _share(count: int, whole: int) -> str:
    return f"{count} ({100 * count / whole:.1f} %)" if whole else "-"


def _seconds(cost: Cost, first: Cost) -> str:
    if not cost.is_finished:
        return f"stopped after {cost.processor:,.0f}"
    return f"{cost.processor:.2f} ({cost.processor / max(first.processor, 0.001):.1f}x)"
