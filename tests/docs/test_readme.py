import os
import re

from backstamp.core.verdict import Outcome, Verdict
from tools.demo.readme_tour import END, START, STEPS, real_tour, renewed, tour
from tools.environment.prepare import ROOT

with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
    README = file.read()


def test_the_tour_is_what_the_commands_print():
    assert renewed(README, real_tour()) == README


def test_the_exit_codes_are_those_of_the_verdicts():
    listed = dict(re.findall(r"^\| (\d) \| (\w+)", README, re.MULTILINE))
    assert listed == {"0": "allowed", "1": "denied", "2": "used", "3": "undetermined", "4": "our"}
    assert {o.value: Verdict(o).exit_code for o in Outcome} == {
        "allow": 0,
        "warn": 0,
        "deny": 1,
        "undetermined": 3,
    }


def test_every_make_target_that_the_readme_names_exists():
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
        targets = set(re.findall(r"^([a-z]+):", file.read(), re.MULTILINE))
    assert set(re.findall(r"^    make (\w+)", README, re.MULTILINE)) - targets == set()


def test_links_of_the_pages_lead_somewhere():
    pages = ["README.md", *(f"docs/{n}" for n in os.listdir(os.path.join(ROOT, "docs")) if n.endswith(".md"))]
    lost = []
    for page in pages:
        with open(os.path.join(ROOT, page), encoding="utf-8") as text:
            links = re.findall(r"\]\(([^)#:]+)\)", text.read())
        folder = os.path.dirname(os.path.join(ROOT, page))
        lost += [f"{page}: {link}" for link in links if not os.path.exists(os.path.join(folder, link))]
    assert lost == []


def test_a_long_output_is_cut_and_says_so():
    shown = tour(lambda _: (3, "line\n" * 45))
    assert shown.count("line\n") == 32 * len(STEPS)
    assert shown.count("... and 13 more lines\n$ echo $?\n3\n") == len(STEPS)


def test_renewing_keeps_what_stands_around_the_tour():
    assert renewed(f"before\n{START}old\n{END}after\n", "new\n") == f"before\n{START}\nnew\n\n{END}after\n"


def test_the_commands_that_sign_and_verify_run_as_they_stand(tmp_path, monkeypatch, capsys):
    from backstamp.cli.commands import main
    from tools.demo.build_demo import build

    (block,) = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    commands = [line.removeprefix("$ backstamp ").split() for line in block.splitlines()]
    build(str(tmp_path / "ai-system"))
    monkeypatch.chdir(tmp_path)
    assert [main(words) for words in commands] == [0] * 5
    (tmp_path / "ai-system/models/classifier/config.json").write_text("{}")
    assert main(commands[2]) == 1
    assert sorted(os.listdir(tmp_path)) == [
        "ai-system", "bom.dsse.json", "release.key", "release.key.pub", "verdict.dsse.json",
    ]  # fmt: skip
    capsys.readouterr()
