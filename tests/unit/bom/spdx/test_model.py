"""The table of the SPDX model says what the ontology says."""

import json

import pytest

from backstamp.knowledge.spdx3 import Property, line_of, properties_of, spdx3
from kit.standards import standard


def test_the_table_is_what_its_generator_writes():
    pytest.importorskip("spdx_python_model")
    from tools.knowledge.spdx_model import PLACE, table

    with open(PLACE, encoding="utf-8") as file:
        assert file.read() == table()


def test_a_class_has_what_its_ancestors_have():
    assert line_of("ai_AIPackage") == (
        "ai_AIPackage",
        "software_Package",
        "software_SoftwareArtifact",
        "Artifact",
        "Element",
    )
    assert properties_of("ai_AIPackage")["creationInfo"] == Property(type="@CreationInfo", least=1, most=1)
    assert line_of("nothing") == ()
    assert properties_of("nothing") == {}


def test_the_concrete_classes_are_those_of_the_official_schema():
    with open(standard("spdx-3.0.1.schema.json"), encoding="utf-8") as file:
        any_class = json.load(file)["$defs"]["AnyClass"]["anyOf"]
    official = {each["$ref"].rpartition("/")[2] for each in any_class}
    assert {name for name, each in spdx3().classes.items() if not each.abstract} == official


def test_the_individuals_are_known():
    assert sorted(spdx3().individuals) == [
        "NoAssertionElement",
        "NoAssertionLicense",
        "NoneElement",
        "NoneLicense",
        "SpdxOrganization",
    ]
