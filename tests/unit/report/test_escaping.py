"""Nothing that stands in a file gets out of its place in a report."""

import json as stdjson
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from backstamp.core.location import Location, Pointer
from backstamp.core.reading import Status
from backstamp.core.report import Report
from backstamp.report import html, json, junit, markdown, sarif, text
from kit.reports import HOSTILE, REPORTS, finding, read, report

RENDERERS = (text.render, html.render, json.render, junit.render, markdown.render, sarif.render)
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\u3164]"
)


def _with(words: str) -> Report:
    path = (words or "x", words)
    found = finding(
        path=path, message=words, evidence=(words,), place=Location(path, Pointer(words)), name="process-call"
    )
    return report((found,), (read(*path, status=Status.FAILED, reason=words),), target=words)


@pytest.mark.parametrize("render", RENDERERS)
def test_no_control_or_bidi_character_reaches_a_report(render):
    assert _INVISIBLE.findall(render(REPORTS["hostile"]())) == []


@pytest.mark.parametrize("render", RENDERERS)
@given(st.text(st.characters(), max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_rendered_and_can_be_encoded(render, words):
    written = render(_with(words))
    written.encode("utf-8")
    assert _INVISIBLE.findall(written) == []


def test_colour_is_the_only_escape_sequence_on_a_terminal():
    written = text.render(REPORTS["hostile"](), text.Style(color=True))
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]{1,7}m", "", written)


def test_a_terminal_without_unicode_gets_ascii_only():
    assert text.render(REPORTS["hostile"](), text.Style(unicode=False)).isascii()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value[:6] for name, value in attrs if name in {"href", "src"}}


def _page(words: str) -> _Page:
    page = _Page()
    page.feed(html.render(_with(words)))
    return page


def test_a_page_has_the_same_tags_and_links_whatever_the_file_says():
    tame, hostile = _page("tame"), _page(HOSTILE)
    assert (hostile.tags, hostile.attributes, hostile.links) == (tame.tags, tame.attributes, tame.links)
    assert hostile.links == {"#rule-"}
    assert "script" not in hostile.tags


def test_a_page_forbids_scripts_and_foreign_hosts_and_names_none():
    written = html.render(REPORTS["denied"]())
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in written
    assert "http://" not in written
    assert "https://" not in written
    assert "url(" not in written


def test_junit_is_one_document_whose_text_is_only_text():
    root = ET.fromstring(junit.render(REPORTS["hostile"]()))  # noqa: S314  # our own output
    assert {e.tag for e in root.iter()} == {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "system-out"
    }  # fmt: skip


def _markdown_tokens(words: str) -> list[str]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(markdown.render(_with(words)))
    return [
        child.type + child.tag
        for token in tokens
        for child in (token, *(token.children or ()))
        if child.type not in {"text", "text_special", "softbreak"}
    ]


@pytest.mark.parametrize(
    "words",
    [
        HOSTILE,
        "](https://evil.example)",
        "a | b \\| c \\\\| d",
        "`` ` ``` `",
        "<b>bold</b> <!-- -->",
        "**bold** _em_ ~~x~~",
        "- list",
        "# heading",
        "\\",
        "`",
        "<https://evil.example>",
        "![x](y)",
        "&lt;b&gt;",
    ],
)
def test_markdown_has_the_same_structure_whatever_the_file_says(words):
    assert _markdown_tokens(words) == _markdown_tokens("tame")


def test_markdown_mentions_no_one():
    rest = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", markdown.render(_with("@octocat and @org/team, #12")))
    assert re.findall(r"@\w|#\d", rest) == []


@given(st.text(st.characters(codec="utf-8"), max_size=80))
@settings(max_examples=100, deadline=None)
def test_json_gives_every_path_and_message_back(words):
    document = stdjson.loads(json.render(_with(words)))
    assert document["findings"][0]["path"] == f"{words or 'x'}!/{words}"
    assert document["target"] == words


def test_json_makes_undecodable_names_visible():
    document = stdjson.loads(json.render(_with("a\udc80b\ud800")))
    assert document["coverage"][0]["path"] == "a\\x80b\\ud800!/a\\x80b\\ud800"


def test_sarif_messages_hold_no_links():
    document = stdjson.loads(sarif.render(_with("see [this](https://evil.example) [x](1)")))
    run = document["runs"][0]
    texts = [run["results"][0]["message"]["text"]]
    texts += [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert [re.findall(r"(?<!\\)\[[^\]]*(?<!\\)\]\(", each) for each in texts] == [[], []]


def test_sarif_addresses_are_relative_and_encode_the_bytes_of_the_name():
    assert sarif.uri_of(("a b/c#d?\udc80é.pt", "inner")[:1], "models/") == "models/a%20b/c%23d%3F%80%C3%A9.pt"
    assert sarif.uri_of(("/etc//passwd",)) == "etc//passwd"
    assert sarif.uri_of(("javascript:alert(1)",)) == "javascript%3Aalert%281%29"
    assert sarif.uri_of(("\ud800",)) == "%5Cud800"
