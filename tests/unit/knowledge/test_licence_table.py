"""The table of obligations is whole: every term has a clause, a source and words that rules know."""

import re

import msgspec
import pytest

from backstamp.knowledge.licence_table import (
    Entry,
    Term,
    Terms,
    kin_of,
    name_of,
    obligations_of,
    origin_of,
    prints,
    table,
)

WORDS = {
    "commercial": {"yes", "no", "limited"},
    "share_alike": {"weak", "strong", "network"},
    "derivatives": {"yes", "no"},
    "outputs": {"restricted"},
    "notice": {"yes", "copies", "kept", "shown"},
}
FREE = {"policy", "display", "name_prefix", "territory"}
NUMBERS = {"users", "revenue"}
WITH_TERMS = [entry for entry in table().licence if entry.terms]


def terms_of(entry: Entry) -> list[tuple[str, Term]]:
    return [
        (name, term) for name in Terms.__struct_fields__ if (term := getattr(entry.terms, name)) is not None
    ]


@pytest.mark.parametrize("entry", WITH_TERMS, ids=lambda e: e.id)
def test_every_term_has_a_known_word_and_a_clause(entry: Entry):
    for name, term in terms_of(entry):
        assert term.clause
        if name in NUMBERS:
            assert term.says.isdigit()
        elif name not in FREE:
            assert term.says in WORDS.get(name, {"yes"})


@pytest.mark.parametrize("entry", WITH_TERMS, ids=lambda e: e.id)
def test_every_row_names_the_text_that_it_was_read_from(entry: Entry):
    found = obligations_of(entry.id)
    assert found is not None
    assert bool(found.read) != bool(re.fullmatch(r"[0-9a-f]{64}", found.sha256))
    assert found.terms.commercial is not None


def test_thresholds_go_with_limits():
    limited = [e.id for e in WITH_TERMS if e.terms.commercial.says == "limited"]
    with_numbers = [e.id for e in WITH_TERMS if e.terms.users or e.terms.revenue]
    assert limited == with_numbers


def test_ids_and_names_are_used_once():
    ids = [entry.id for entry in table().licence]
    aliases = [alias for entry in table().licence for alias in entry.aliases]
    assert sorted(set(ids)) == sorted(ids)
    assert sorted(set(aliases)) == sorted(aliases)


def test_ids_are_those_of_spdx_or_of_the_licensedb_or_our_own():
    from license_expression import get_license_index

    known = {row["spdx_license_key"] for row in get_license_index()}
    strange = [
        entry.id
        for entry in table().licence
        if entry.id not in known and not entry.id.startswith("LicenseRef-backstamp-")
    ]
    # Texts and ids that are younger than the index which the library carries.
    assert strange == [
        "LicenseRef-scancode-moonshot-ai-modified-mit-2025",
        "OpenMDW-1.0",
        "LicenseRef-scancode-gemma-tou-2025-03-24",
        "LicenseRef-scancode-qwen-2024",
    ]


def test_telling_words_are_few_and_plain():
    for entry in table().licence:
        for words in (*entry.tells, *entry.never):
            assert re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)*", words)
            assert len(words.split()) <= 12


def test_origins_name_licences_of_the_table():
    ids = {entry.id for entry in table().licence}
    assert [row.licence for row in table().origin if row.licence not in ids] == []


def test_tells_the_licence_of_well_known_models():
    keys = (
        "huggingface:meta-llama/Meta-Llama-3-8B",
        "huggingface:meta-llama/Llama-3.1-8B",
        "ollama:llama3.2:1b",
    )
    assert [origin_of(key) for key in keys] == [
        "LicenseRef-backstamp-llama-3",
        "LicenseRef-scancode-llama-3.1-license-2024",
        "LicenseRef-scancode-llama-3.2-license-2024",
    ]
    assert [origin_of(key) for key in ("huggingface:me/mine", "path:meta-llama/Llama-2-7b", "")] == [
        "",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("openai/whisper-large-v3", "Apache-2.0"),
        ("openai/whisper-large-v3-turbo", "MIT"),
        ("facebook/wav2vec2-base-10k-voxpopuli", ""),
        ("google-bert/bert-base-german-dbmdz-cased", ""),
        ("HuggingFaceH4/zephyr-7b-gemma-v0.1", ""),
        ("Open-Orca/OpenOrca", "MIT"),
        ("Open-Orca/OpenOrca-Platypus2-13B", ""),
        ("bigcode/starcoder", "LicenseRef-scancode-bigcode-open-rail-m-v1"),
        ("bigcode/starcoderdata", ""),
        ("deepseek-ai/DeepSeek-R1", "MIT"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", ""),
        ("Qwen/Qwen2.5-3B", "LicenseRef-backstamp-qwen-research"),
        ("stabilityai/stable-diffusion-xl-base-0.9", ""),
    ],
)
def test_keeps_names_apart_that_begin_alike(name: str, licence: str):
    assert origin_of(f"huggingface:{name}") == licence


@pytest.mark.parametrize(
    ("licence", "subject", "says", "clause"),
    [
        ("LicenseRef-scancode-llama-3.2-license-2024", "territory", "European Union", "use policy, after 5"),
        ("LicenseRef-scancode-stability-ai-community-2024", "patent_end", "yes", "IV(c)(iv)"),
        ("LicenseRef-scancode-bigcode-open-rail-m-v1", "patent_end", "yes", "3"),
        ("LicenseRef-scancode-gemma-tou-2025-03-24", "commercial", "yes", "2.2"),
        ("LicenseRef-scancode-tencent-hunyuan-3d-2.0-cla", "patent_end", "yes", "6(c)"),
        ("LicenseRef-backstamp-qwen-research", "commercial", "no", "2(a) and 2(b)"),
        ("CC-BY-NC-SA-2.5", "commercial", "no", "4(c)"),
        ("CC-BY-4.0", "licence_copy", "yes", "3(a)(1)(C)"),
        ("AFL-3.0", "changes", "yes", "6"),
    ],
)
def test_says_what_the_texts_say(licence: str, subject: str, says: str, clause: str):
    term = getattr(obligations_of(licence).terms, subject)
    assert (term.says, term.clause) == (says, clause)


def test_later_versions_ask_what_the_version_asks():
    assert obligations_of("GPL-3.0-or-later").terms == obligations_of("GPL-3.0-only").terms
    assert (obligations_of("LicenseRef-x"), obligations_of("")) == (None, None)
    assert (name_of("LicenseRef-x"), kin_of("LicenseRef-x")) == ("LicenseRef-x", "")


def test_llama_asks_for_names_notices_and_a_licence_above_a_number_of_users():
    terms = obligations_of("LicenseRef-backstamp-llama-3").terms
    assert (terms.users, terms.name_prefix, terms.display, terms.outputs) == (
        Term("700000000", "2"),
        Term("Llama 3", "1(b)(i)"),
        Term("Built with Meta Llama 3", "1(b)(i)"),
        Term("restricted", "1(b)(v)", "not to improve other large language models"),
    )


def test_fingerprints_are_small_numbers():
    for made in prints().values():
        assert all(0 <= run < 2**32 for run in (*made.sketch, *made.own))
        assert list(made.sketch) == sorted(made.sketch)
    assert msgspec.json.encode(prints())
