"""A rule's page on a terminal."""

from backstamp.report.page import as_table, as_text
from kit.reports import PROCESS, REMOTE


def test_a_page_says_what_why_and_what_to_do():
    assert as_text(PROCESS, width=72) == (
        "PKL101 process-call\n"
        "\n"
        "  severity    critical\n"
        "  confidence  high\n"
        "  since       0.1\n"
        "  message     loading this pickle runs {module}.{name}\n"
        "  references  CWE-502, AML.T0011.000, LLM03:2025\n"
        "\n"
        "What it does\n"
        "  Looks for calls, made while a pickle loads, of functions which start a\n"
        "  process.\n"
        "\n"
        "Why is this bad?\n"
        "  Whoever loads the file runs the command, before any weight is read.\n"
        "  torch.load is such a load.\n"
        "\n"
        "What to do\n"
        "  Do not load the file. Ask its maker for safetensors.\n"
        "\n"
        "  A second paragraph, for the page.\n"
    )


def test_a_table_has_one_line_a_rule():
    assert as_table([PROCESS, REMOTE], width=72) == (
        "PKL101  critical  process-call  Looks for calls, made while a pickle ...\n"
        "REP201  medium    remote-code   Looks for an auto_map that names ...\n"
    )


def test_a_narrow_table_has_no_descriptions():
    assert as_table([PROCESS], width=40) == "PKL101  critical  process-call\n"
