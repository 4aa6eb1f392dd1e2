"""``backstamp explain``: the page of a rule."""

from collections.abc import Sequence

import click

from backstamp.core.errors import NotFound
from backstamp.core.report import RuleText


@click.command(
    name="explain",
    epilog="\b\nExamples:\n  backstamp explain PKL101\n  backstamp explain process-call",
)
@click.argument("rules", nargs=-1, metavar="[RULE...]")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(rules: tuple[str, ...]) -> int:
    """Explain rules by code or name: what they look for, why it is bad, what to do.

    Without a rule, all rules are listed.
    """
    from backstamp.cli.output import is_terminal, terminal_width, wants_color, write
    from backstamp.engine.catalog import all_detectors, text_of
    from backstamp.report.page import as_table, as_text

    pages = [text_of(detector) for detector in all_detectors()]
    width, color = terminal_width(1), wants_color(is_terminal(1))
    if not rules:
        write(as_table(pages, width=width, color=color))
        return 0
    chosen = [page_named(rule, pages) for rule in rules]
    write("\n".join(as_text(page, width=width, color=color) for page in chosen))
    return 0


def page_named(name: str, pages: Sequence[RuleText]) -> RuleText:
    """Find a rule by code or name, whatever its case. Raises ``NotFound`` and names the nearest."""
    known = {page.rule.name.lower(): page for page in pages} | {
        page.rule.code.lower(): page for page in pages
    }
    if found := known.get(name.strip().lower()):
        return found
    from difflib import get_close_matches

    near = get_close_matches(name.strip().lower(), known, n=3, cutoff=0.5)
    words = list(dict.fromkeys(f"{known[n].rule.code} ({known[n].rule.name})" for n in near))
    hint = f"Nearest: {', '.join(words)}." if words else "backstamp explain lists all rules."
    raise NotFound(f'"{name[:100]}" is not a rule', hint=hint)
