"""Writes the page of licences: what each of the table allows and asks, with the clauses."""

from collections.abc import Iterable

from backstamp.knowledge.licence_table import Entry, Term, Terms, obligations_of, table

_ABOUT = """\
This is **not legal advice**. It is what we read in the licence texts, written down so that a machine can
compare it, and it shows where somebody should look. Each term names the clause that it was read from (in
brackets). What is not named is what the text is silent on. The SHA-256 is that of the text's words: small
letters and digits, with single spaces, in UTF-8. The texts are those of the ScanCode LicenseDB, or those
that the row names.

The table is `src/backstamp/knowledge/data/licences.toml`. `tools/licences/build.py` makes the fingerprints
by which texts are recognised.

How it is used:

1. What is written for a licence (cards, GGUF and package metadata, classifiers, addresses) becomes an SPDX
   expression; `other` and `unknown` stay what they are: not known. Texts of LICENSE files are recognised by
   fingerprints.
2. What a licence asks is carried along the supply graph: fine-tunes, adapters, merges, quantised, converted
   and distilled copies, and data. Where it gets lost is a finding (LIC rules) that names both ends, the
   clause and what to do.
3. A choice (`MIT OR GPL-3.0-only`) is at odds only if each of its licences is. A licence whose terms are
   not in the table never is.
4. The licences of some well-known models are known from their names, for graphs that only name them. A
   finding that rests on that says so.
"""
_DUTIES = (
    ("research_only", "research only"),
    ("restrictions", "uses ruled out"),
    ("pass_on", "restrictions passed on"),
    ("policy", "policy"),
    ("attribution", "attribution"),
    ("licence_copy", "copy of the licence"),
    ("notice", "notice"),
    ("changes", "changes stated"),
    ("display", "shown words"),
    ("name_prefix", "name begins with"),
    ("outputs", "outputs"),
    ("distillation", "distilled models count as derivatives"),
    ("users", "monthly users at most"),
    ("revenue", "yearly revenue in US dollars below"),
    ("territory", "not licensed in"),
    ("acceptance", "accepted before use"),
    ("patent_end", "ends by suing over patents or rights"),
)


def licences_page(note: str) -> str:
    """Write the page."""
    rows = [entry for entry in table().licence if entry.terms]
    bare = [entry for entry in table().licence if not entry.terms]
    head = "| licence | commercial use | changed versions | share-alike |\n| --- | --- | --- | --- |"
    return "\n".join(
        (
            f"# Licences\n\n{note}{_ABOUT}",
            f"## At a glance: {len(rows)} licences\n",
            head,
            *(_glance(entry) for entry in rows),
            "\n## What they ask\n",
            *(_section(entry) for entry in rows),
            "## Known by name only\n",
            "These names are understood, but their texts were not read, so nothing follows from them:\n",
            ", ".join(f"{entry.name} (`{entry.id}`)" for entry in bare) + ".\n",
        )
    )


def _glance(entry: Entry) -> str:
    terms = entry.terms or Terms()
    cells = (terms.commercial, terms.derivatives, terms.share_alike)
    return f"| {entry.name} | " + " | ".join(_cell(term) for term in cells) + " |"


def _cell(term: Term | None) -> str:
    if term is None:
        return "-"
    return f"{term.says}: {term.note}" if term.note else term.says


def _section(entry: Entry) -> str:
    found = obligations_of(entry.id)
    source = (
        f"text `{entry.text}`, SHA-256 `{found.sha256}`" if found and entry.text else f"read: {entry.read}"
    )
    return "\n".join(
        (f"### {entry.name}\n", f"`{entry.id}`; {source}.\n", *_lines(entry.terms or Terms()), "")
    )


def _lines(terms: Terms) -> Iterable[str]:
    for name, title in (
        ("commercial", "commercial use"),
        ("derivatives", "changed versions may be shared"),
        ("redistribution", "copies may be shared"),
        ("share_alike", "share-alike"),
        *_DUTIES,
    ):
        term: Term | None = getattr(terms, name)
        if term is not None:
            says = "" if term.says == "yes" else f": {term.says}"
            remark = f"; {term.note}" if term.note else ""
            yield f"- {title}{says}{remark} ({term.clause})"
