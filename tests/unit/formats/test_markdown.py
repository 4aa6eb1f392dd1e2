"""Markdown in blocks, as people write it."""

import pytest

from backstamp.core.budget import Budget
from backstamp.formats.card import card_of
from backstamp.formats.cardtitles import Role, role_of
from backstamp.formats.inlinetext import Link, bounded, links_in, plain, sentences_of
from backstamp.formats.markdown import BOLD, Code, Heading, Item, Paragraph, Table, blocks_of

BLOCKS = {
    "headings of every style": (
        "# One #\n##Two\nThree\n=====\nFour\n----\n<h2 align=center>Five <b>a</b></h2>\n**Six:**\n",
        [
            Heading("One", 1, 1),
            Heading("Two", 2, 2),
            Heading("Three", 1, 3),
            Heading("Four", 2, 5),
            Heading("<h2 align=center>Five <b>a</b></h2>", 2, 7),
            Heading("Six", BOLD, 8),
        ],
    ),
    "an HTML heading over lines": (
        "<h1>\n  Owl\n</h1>\ntext",
        [Heading("<h1> Owl </h1>", 1, 1), Paragraph("text", 4)],
    ),
    "no heading": ("#!shebang\n#tag\na\nb\n---\n", [Paragraph("#!shebang\n#tag\na\nb", 1)]),
    "paragraphs and quotations": (
        "a\nb\n\n> c\n> d\n***\ne",
        [Paragraph("a\nb", 1), Paragraph("c\nd", 4), Paragraph("e", 7)],
    ),
    "lists": (
        "- a\n  more\n* b\n  1. c\n\n    still c\n\ntext",
        [
            Item("a\nmore", 0, 1),
            Item("b", 0, 3),
            Item("c", 2, 4),
            Paragraph("still c", 6),
            Paragraph("text", 8),
        ],
    ),
    "fenced code and what only looks like its end": (
        "````yaml\na: 1\n```\n# no heading\n````\nb\n~~~\nopen",
        [Code("a: 1\n```\n# no heading", "yaml", 1), Paragraph("b", 6), Code("open", "", 7)],
    ),
    "indented code": ("a\n\n    # code\n\nb", [Paragraph("a", 1), Paragraph("b", 5)]),
    "comments over lines": (
        "a <!-- x --> b\n<!--\n# hidden\n-->\nc",
        [Paragraph("a  b", 1), Paragraph("c", 5)],
    ),
    "a comment in code and code in a comment": (
        "```\n<!--\n```\na\n<!--\n```\n-->\nb",
        [Code("<!--", "", 1), Paragraph("a", 4), Paragraph("b", 8)],
    ),
    "tables": (
        "|a|b|\n|:-:|-|\n| 1 \\| 2 | 3 |\n|4|\n\nc|d\n-|-\ne|f",
        [
            Table((("a", "b"), ("1 | 2", "3"), ("4",)), (1, 3, 4)),
            Table((("c", "d"), ("e", "f")), (6, 8)),
        ],
    ),
    "an HTML table": (
        (
            "<table>\n<thead><tr><th>a</th><th>b</th></tr></thead>\n<tr><td>1</td>\n"
            "<td><b>2</b></td></tr></table>\nend"
        ),
        [Table((("a", "b"), ("1", "<b>2</b>")), (2, 3)), Paragraph("end", 5)],
    ),
    "nothing": ("\n \n", []),
}


@pytest.mark.parametrize("case", BLOCKS)
def test_cuts_text_into_blocks(case):
    text, expected = BLOCKS[case]
    assert list(blocks_of(text, Budget())) == expected


INSIDES = {
    "**bold** and _it_ and `code_a` of snake_case": "bold and it and code_a of snake_case",
    "a [link](https://x.example/a_(b)) and ![image](https://y/z.png) b": "a link and b",
    "[![badge](https://a/b.svg)](https://c)": "",
    "<b>a</b>&nbsp;&amp; 1 < 2 \\_x\\_": "a & 1 < 2 _x_",
    "<https://x.example>": "https://x.example",
}


@pytest.mark.parametrize("text", INSIDES)
def test_gives_text_as_it_is_read(text):
    assert plain(text) == INSIDES[text]


def test_finds_links_of_every_style_once():
    text = (
        'a [x](https://a.example/b_(c) "t") <a href="https://d.example">y</a> '
        "https://e.example/f. [x](https://d.example)"
    )
    assert list(links_in(text)) == [
        Link("x", "https://a.example/b_(c)"),
        Link("", "https://d.example"),
        Link("", "https://e.example/f"),
    ]


def test_cuts_at_the_end_of_a_sentence():
    assert bounded("One two. Three four. Five", 22) == "One two. Three four."
    assert bounded("word " * 10, 20) == "word word word word…"
    assert list(sentences_of("Version 2.0 is out. It has 1.5 parts! \u4e2d\u6587\u3002End")) == [
        "Version 2.0 is out.",
        "It has 1.5 parts!",
        "\u4e2d\u6587\u3002",
        "End",
    ]


ROLES = {
    "Intended uses & limitations": Role.USE,
    "\U0001f680 2.1 Training Data:": Role.TRAINING_DATA,
    "Out-of-Scope Use [optional]": Role.MISUSE,
    "Bias, Risks, and Limitations": Role.RISK,
    "How to use": Role.USAGE,
    "Limitaciones": Role.LIMITATION,
    "Einschr\u00e4nkungen": Role.LIMITATION,
    "\u8bad\u7ec3\u6570\u636e": Role.TRAINING_DATA,
    "Limites et biais": Role.BIAS,
    "MyModel-7B": Role.OTHER,
    "": Role.OTHER,
}


@pytest.mark.parametrize("title", ROLES)
def test_knows_what_a_title_means(title):
    assert role_of(title) is ROLES[title]


def test_headings_below_a_heading_belong_to_it():
    card = card_of("# Owl\n\n## Training\n### Stage 2\n#### Notes\n## Owls\n### Stage 2\n", Budget())
    assert [(s.title, s.role, s.above) for s in card.sections] == [
        ("Owl", Role.TITLE, ()),
        ("Training", Role.TRAINING, ("Owl",)),
        ("Stage 2", Role.TRAINING, ("Owl", "Training")),
        ("Notes", Role.TRAINING, ("Owl", "Training", "Stage 2")),
        ("Owls", Role.OTHER, ("Owl",)),
        ("Stage 2", Role.OTHER, ("Owl", "Owls")),
    ]
