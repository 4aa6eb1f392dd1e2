"""Drawing what hangs on what."""

from xml.etree import ElementTree as ET

import pytest

from backstamp.bom.drawing.network import Link, Network, Node, network_of
from backstamp.bom.drawing.svg import as_svg
from backstamp.bom.drawing.texts import as_graphml, as_mermaid
from backstamp.core.tree import Json, Tree

NASTY = 'a"]; click n0 "javascript:x" <script>\u202e--> & \n`%%{init}%%'


def document(*components: Tree, **fields: Json) -> Tree:
    subject: Tree = {"type": "application", "bom-ref": "app", "name": "app"}
    return {"metadata": {"component": subject}, "components": [*components], **fields}


def test_takes_lineage_data_services_and_runs_from_where_a_document_has_them():
    tree = document(
        {
            "type": "machine-learning-model", "bom-ref": "m", "name": "m", "version": "1",
            "pedigree": {
                "ancestors": [
                    {
                        "type": "machine-learning-model", "bom-ref": "base", "group": "org", "name": "base",
                        "properties": [{"name": "backstamp:relation", "value": "finetune"}],
                    }
                ]
            },
            "modelCard": {"modelParameters": {"datasets": [{"ref": "d"}]}},
        },
        {"type": "data", "bom-ref": "d", "name": "d", "data": [{"type": "dataset"}]},
        services=[{"bom-ref": "s", "name": "gpt"}],
        formulation=[
            {
                "workflows": [
                    {"bom-ref": "r", "uid": "r", "name": "run", "outputs": [{"resource": {"ref": "m"}}]}
                ]
            }
        ],
        dependencies=[{"ref": "app", "dependsOn": ["m", "s", "gone"]}],
    )  # fmt: skip
    found = network_of(tree)
    assert [(n.ref, n.kind, n.name) for n in found.nodes] == [
        ("app", "system", "app"), ("m", "model", "m"), ("base", "model", "org/base"), ("d", "dataset", "d"),
        ("s", "service", "gpt"), ("r", "run", "run"),
    ]  # fmt: skip
    assert {(link.source, link.target, link.word) for link in found.links} == {
        ("m", "base", "finetune"), ("m", "d", "trained on"), ("m", "r", "made by"), ("app", "m", ""),
        ("app", "s", ""),
    }  # fmt: skip


def test_makes_one_node_of_many_libraries_unless_all_are_asked_for():
    libraries: list[Tree] = [{"type": "library", "bom-ref": f"l{n}", "name": f"l{n}"} for n in range(20)]
    tree = document(*libraries, dependencies=[{"ref": "app", "dependsOn": [f"l{n}" for n in range(20)]}])
    assert [n.name for n in network_of(tree).nodes] == ["app", "20 libraries"]
    assert len(network_of(tree, whole=True).nodes) == 21


def cyclic() -> Network:
    nodes = tuple(Node(ref=r, kind="model", name=NASTY) for r in "abc")
    links = tuple(Link(source=a, target=b, word="derived <from>") for a, b in ("ab", "bc", "ca"))
    return Network(nodes=nodes, links=links)


def test_draws_cycles_and_hostile_names_as_well_formed_pictures():
    for text in (as_svg(cyclic()), as_graphml(cyclic())):
        root = ET.fromstring(text)  # noqa: S314  # our own output
        assert "script" not in {element.tag.rpartition("}")[2] for element in root.iter()}
    svg = as_svg(cyclic())
    assert [word for word in ("<script", "onload", "\u202e", "href") if word in svg] == []


def test_a_hostile_name_does_not_leave_its_label_in_mermaid():
    lines = as_mermaid(cyclic()).splitlines()
    assert lines[0] == "flowchart LR"
    for line in lines[1:4]:
        assert line.startswith("  n")
        assert line.count('"') == 2
        assert line.endswith('"]')
    assert len(lines) == 7


@pytest.mark.parametrize("size", [0, 1, 300])
def test_draws_nothing_one_and_many(size: int):
    nodes = tuple(Node(ref=str(n), kind="library", name=f"x{n}") for n in range(size))
    links = tuple(Link(source="0", target=str(n), word="") for n in range(1, size))
    assert as_svg(Network(nodes=nodes, links=links)).startswith("<svg ")
