"""A rule's page: what ``explain`` prints and what the generated documentation says."""

from backstamp.core.report import RuleText
from backstamp.report.layout import hanging, styled, wrapped

_SECTIONS = ("What it does", "Why is this bad?", "What to do")


def as_text(page: RuleText, *, width: int = 80, color: bool = False) -> str:
    """Write a rule's page for a terminal."""
    rule = page.rule
    width = min(max(width, 40), 100)
    lines = [f"{styled(rule.code, 'bold', color=color)} {styled(rule.name, 'bold', color=color)}", ""]
    rows = (
        ("severity", styled(str(rule.severity), str(rule.severity), color=color)),
        ("confidence", str(rule.confidence)),
        ("since", rule.since),
    )
    lines += [f"  {label:<11} {value}" for label, value in rows]
    lines += hanging(rule.message, width, f"  {'message':<11} ", " " * 14)
    if rule.maps:
        lines += hanging(", ".join(rule.maps), width, f"  {'references':<11} ", " " * 14)
    for title, words in zip(_SECTIONS, (page.what, page.why, page.advice), strict=True):
        if words:
            lines += ["", styled(title, "bold", color=color), *_body(words, width)]
    return "\n".join(lines) + "\n"


def _body(markdown: str, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in blocks_of(markdown):
        indent = "    " if paragraph.startswith(("- ", "* ")) else "  "
        lines += (
            ["", *hanging(paragraph, width, "  ", indent)]
            if lines and indent == "  "
            else [*hanging(paragraph, width, "  ", indent)]
        )
    return lines


def blocks_of(markdown: str) -> list[str]:
    """Split a section into paragraphs and list items, each on one line, without code marks."""
    blocks: list[str] = []
    is_open = False
    for line in markdown.splitlines():
        words = " ".join(line.split()).replace("`", "")
        if not words:
            is_open = False
        elif is_open and not words.startswith(("- ", "* ")):
            blocks[-1] += f" {words}"
        else:
            blocks.append(words)
            is_open = True
    return blocks


def as_table(pages: list[RuleText], *, width: int = 80, color: bool = False) -> str:
    """List rules, one line each."""
    longest = max((len(page.rule.name) for page in pages), default=0)
    lines = []
    for page in pages:
        rule = page.rule
        severity = styled(f"{rule.severity:<8}", str(rule.severity), color=color)
        prefix = f"{rule.code}  {severity}  {rule.name:<{longest}}  "
        plain = len(rule.code) + 2 + 8 + 2 + longest + 2
        what = " ".join(blocks_of(page.what)[:1])
        room = width - plain
        if room < 20:
            lines.append(prefix.rstrip())
            continue
        first, *rest = wrapped(what, room - 4)
        lines.append((prefix + first).rstrip() + (" ..." if rest else ""))
    return "".join(f"{line}\n" for line in lines)
