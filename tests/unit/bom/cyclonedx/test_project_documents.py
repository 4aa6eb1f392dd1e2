"""Whatever folder it is: the document is valid, says where it knows things from, and survives SPDX."""

import pytest

from backstamp.bom.document import loaded
from backstamp.bom.spdx.check import problems as spdx_problems
from backstamp.bom.spdx.read import cyclonedx_of
from backstamp.bom.spdx.write import spdx_of
from backstamp.bom.validate.levels import Wanted, validated
from backstamp.core.tree import text_at, texts_at, trees_at, walk
from backstamp.engine.inventory import StockOptions, take
from kit.described import describe, document
from kit.folders import FOLDERS

EACH = pytest.mark.parametrize("name", FOLDERS)


def problems(text: str, wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008  # frozen
    found = validated(loaded(text.encode()), "bom.json", wanted).problems
    return [f"{each.code} {each.pointer}: {each.message}" for each in found]


@EACH
def test_a_document_is_valid_and_fits_the_files_that_it_describes(name, tmp_path):
    made = describe(tmp_path, FOLDERS[name]())
    assert problems(made.text, Wanted(inventory=take(str(tmp_path), StockOptions(has_digests=True)))) == []


@EACH
def test_a_document_of_version_1_6_is_valid_and_only_lacks_what_1_6_has_no_words_for(name, tmp_path):
    made = describe(tmp_path, FOLDERS[name](), form="cyclonedx-1.6")
    newer = document(tmp_path, FOLDERS[name]())
    assert problems(made.text) == []
    assert (made.tree["specVersion"], set(newer) - set(made.tree)) == ("1.6", {"citations"})


@EACH
def test_a_document_becomes_spdx_and_comes_back_as_it_was(name, tmp_path):
    made = document(tmp_path, FOLDERS[name]())
    spdx, _ = spdx_of(made)
    assert [*spdx_problems(spdx)] == []
    assert cyclonedx_of(spdx)[0] == made


@EACH
def test_citations_point_at_what_is_there_and_name_a_file_or_the_tool(name, tmp_path):
    made = document(tmp_path, FOLDERS[name]())
    there = {pointer for pointer, _ in walk(made)}
    refs = {str(v["bom-ref"]) for _, v in walk(made) if isinstance(v, dict) and "bom-ref" in v}
    citations = [*trees_at(made, "citations")]
    assert [p for c in citations for p in texts_at(c, "pointers") if p not in there] == []
    assert {text_at(c, "attributedTo") for c in citations} <= refs
    methods = {text_at(c, "note").partition(" ")[0].rstrip(":") for c in citations}
    assert methods <= {"measured", "declared", "derived", "parsed", "attested"}


@EACH
def test_names_purls_and_dependencies_are_all_cited(name, tmp_path):
    made = document(tmp_path, FOLDERS[name]())
    cited = {
        pointer for citation in trees_at(made, "citations") for pointer in texts_at(citation, "pointers")
    }
    uncited = [
        pointer
        for pointer, value in walk(made)
        if isinstance(value, str) and _is_claim(pointer) and pointer not in cited
    ]
    assert uncited == []


def _is_claim(pointer: str) -> bool:
    if pointer.startswith("/dependencies/"):
        return "/dependsOn/" in pointer
    start = ("/components/", "/metadata/component")
    return pointer.startswith(start) and pointer.endswith("/purl") and "/pedigree/" not in pointer


@EACH
def test_two_runs_over_the_same_files_write_the_same(name, tmp_path):
    first, second = (describe(tmp_path, FOLDERS[name]()).text for _ in range(2))
    assert first == second
