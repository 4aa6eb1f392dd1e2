"""What Backstamp writes and checks, held against the files of the standard itself."""

import copy
import json
from functools import cache

import pytest

from backstamp.bom.spdx.check import problems
from backstamp.bom.spdx.write import spdx_of
from backstamp.core.tree import Json, Tree
from kit.mutation import mutated
from kit.rich_boms import rich
from kit.spdx_documents import CONTEXT, ai_system
from kit.standards import standard

# Where this check is stricter than the schema: references into nothing, and what is inside of extensions.
_BEYOND = ("given twice", "is nowhere", "leads to", "neither an address")


@cache
def _schema():
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    with open(standard("spdx-3.0.1.schema.json"), encoding="utf-8") as file:
        return jsonschema_rs.validator_for(json.load(file))


def _is_beyond_the_schema(problem: tuple[str, str]) -> bool:
    return "/extension/" in problem[0] or any(words in problem[1] for words in _BEYOND)


def test_written_documents_are_valid_by_the_official_schema():
    assert [str(error)[:300] for error in _schema().iter_errors(spdx_of(rich())[0])] == []


@pytest.mark.parametrize("seed", range(40))
def test_odd_documents_are_written_as_valid_ones(seed: int):
    document, _ = spdx_of(mutated(rich(), seed, 20))
    assert [str(error)[:300] for error in _schema().iter_errors(document)] == []


@pytest.mark.parametrize("part", range(8))
def test_the_check_finds_whatever_the_official_schema_finds_and_nothing_made_up(part: int):
    written = spdx_of(rich())[0]
    differing: list[tuple[int, Json]] = []
    for seed in range(part * 60, part * 60 + 60):
        document = mutated(copy.deepcopy(written if seed % 3 else ai_system()), seed, 2)
        try:
            is_valid = _schema().is_valid(document)
        except UnicodeEncodeError:
            continue
        found = [each for each in problems(document) if not _is_beyond_the_schema(each)]
        if is_valid != (not found) and (is_valid or not list(problems(document))):
            differing.append((seed, [*map(list, found)]))
    assert differing == []


def _graph(document: Tree):
    rdflib = pytest.importorskip("rdflib")
    with open(standard("spdx-context.jsonld"), encoding="utf-8") as file:
        context = json.load(file)["@context"]
    graph = rdflib.Graph()
    graph.parse(data=json.dumps({**document, "@context": context}), format="json-ld")
    return graph


@cache
def _shapes():
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph()
    graph.parse(standard("spdx-model.ttl"))
    return graph


@pytest.mark.filterwarnings("ignore")
def test_the_written_document_conforms_to_the_official_shapes():
    pyshacl = pytest.importorskip("pyshacl")
    conforms, _, text = pyshacl.validate(
        _graph(spdx_of(rich())[0]), shacl_graph=_shapes(), ont_graph=_shapes()
    )
    assert (conforms, text.strip()) == (True, "Validation Report\nConforms: True")


@pytest.mark.filterwarnings("ignore")
def test_the_shapes_find_what_is_missing():
    pyshacl = pytest.importorskip("pyshacl")
    document = spdx_of({"bomFormat": "CycloneDX", "specVersion": "1.7"})[0]
    info = document["@graph"][0]
    assert info["type"] == "CreationInfo"
    del info["created"]
    assert pyshacl.validate(_graph(document), shacl_graph=_shapes(), ont_graph=_shapes())[0] is False
    assert list(problems(document)) == [("/@graph/0", '"CreationInfo" must have "created"')]


@pytest.mark.filterwarnings("ignore")
def test_the_validator_of_the_spdx_project_agrees():
    core = pytest.importorskip("spdx3_validate.core")
    versions = pytest.importorskip("spdx3_validate.spdx_versions")
    version = versions.find_version(CONTEXT)
    assert core.check_graph(_graph(spdx_of(rich())[0]), _shapes(), version, True) == []
