"""Shows a score: as a table for people, as JSON for programs."""

from itertools import groupby

from backstamp.bom.score.weigh import Mark, Score, Standing
from backstamp.core.tree import Tree

SCHEMA = "backstamp.bom-score/1"
_MARKS = {
    Standing.EVIDENCED: "✔",
    Standing.PARTLY: "◐",
    Standing.ASSERTED: "○",
    Standing.WITHHELD: "=",
    Standing.UNKNOWN: "?",
    Standing.PLACEHOLDER: "✖",
    Standing.MISSING: "·",
}
_PLAIN = {
    Standing.EVIDENCED: "+",
    Standing.PARTLY: "~",
    Standing.ASSERTED: "o",
    Standing.WITHHELD: "-",
    Standing.UNKNOWN: "?",
    Standing.PLACEHOLDER: "x",
    Standing.MISSING: ".",
}
_MOST_ACTIONS = 5


def as_text(score: Score, *, width: int = 80, unicode: bool = True) -> str:
    """Write a score as a table with what to do next."""
    marks = _MARKS if unicode else _PLAIN
    lines = [
        f"{score.title} ({score.source})",
        f"{score.evidenced} of {score.total} elements evidenced, quality {score.quality * 100:.0f} %",
        "",
    ]
    for cluster, group in groupby(score.marks, key=lambda mark: mark.cluster):
        lines.append(cluster)
        lines += [_row(mark, marks, width) for mark in group]
    legend = "  ".join(f"{sign} {standing.value}" for standing, sign in marks.items())
    lines += ["", *_wrapped(legend, width)]
    if actions := score.next_actions[:_MOST_ACTIONS]:
        lines += ["", "What to do next"]
        for at, action in enumerate(actions, 1):
            lines += _wrapped(f"{at}. {action}", width, indent="   ")
    return "\n".join(lines) + "\n"


def as_tree(score: Score) -> Tree:
    """Write a score as a JSON tree."""
    return {
        "schema": SCHEMA,
        "profile": score.profile,
        "title": score.title,
        "source": score.source,
        "evidenced": score.evidenced,
        "total": score.total,
        "quality": score.quality,
        "elements": [
            {
                "cluster": mark.cluster,
                "name": mark.name,
                "standing": mark.standing.value,
                "quality": mark.quality,
                "method": mark.method,
                "answered": mark.answered,
                "asked": mark.asked,
                "pointer": mark.pointer,
                "advice": mark.advice,
            }
            for mark in score.marks
        ],
        "next": [*score.next_actions],
    }


def _row(mark: Mark, marks: dict[Standing, str], width: int) -> str:
    how = mark.method if mark.standing is Standing.EVIDENCED else mark.standing.value
    if mark.asked > 1:
        how += f", {mark.answered} of {mark.asked}"
    room = max(width - len(how) - 5, 12)
    name = mark.name if len(mark.name) <= room else mark.name[: room - 1] + "…"
    return f"  {marks[mark.standing]} {name:<{room}} {how}".rstrip()


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    from textwrap import wrap

    return wrap(text, max(width, 30), initial_indent="  ", subsequent_indent="  " + indent)
