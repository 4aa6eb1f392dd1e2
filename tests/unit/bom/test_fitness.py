"""Statements are held against what a document may tell, whichever reader made them."""

import msgspec
import pytest

from backstamp.bom.fitness import fit_to_tell
from backstamp.core.location import Location, Pointer
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait

TELL = Teller("x/1", Method.DECLARED, 0.9)
PLACE = Location(("a.json",))
MODEL = Part(Kind.MODEL)


def values(trait, *given, name=""):
    plain = TELL.says(PLACE, MODEL, trait, "", name=name)
    said = [msgspec.structs.replace(plain, value=value) for value in given]
    return [each.value for each in fit_to_tell(said)]


def test_numbers_that_no_document_can_hold_are_not_stated():
    given = (1, True, 1.5, 10**30, -(10**5000), float("nan"), float("inf"), 2**64, 2**64 - 1)
    assert values(Trait.PARAMETERS, *given) == [1, True, 1.5, 2**64 - 1]


@pytest.mark.parametrize(("name", "told"), [("hub_token", "****"), ("pad_token", "<pad>"), ("lr", "<pad>")])
def test_a_setting_that_is_named_for_a_credential_is_masked(name, told):
    assert values(Trait.SETTING, "<pad>", name=name) == [told]


def test_a_path_of_a_machine_keeps_its_last_name_alone():
    assert values(Trait.SETTING, "/srv/ada/run", "/home/ada", "run") == ["****/run", "****", "run"]
    assert values(Trait.NAME, "/srv/ada/run") == ["run"]


def test_a_link_to_a_path_of_a_machine_says_nothing():
    links = [
        TELL.links(PLACE, MODEL, Relation.DERIVED_FROM, Part(Kind.MODEL, key))
        for key in ("path:/srv/ada/x", "url:file:///home/ada/x", "huggingface:org/x")
    ]
    assert [link.target.key for link in fit_to_tell(links)] == ["huggingface:org/x"]


def test_an_address_loses_its_user_wherever_it_stands():
    part = Part(Kind.DATASET, "url:https://ada:" + "hunter2@h/a.csv")
    (said,) = fit_to_tell([TELL.says(PLACE, part, Trait.NAME, "x")])
    assert said.part.key == "url:https://h/a.csv"


def test_keys_in_a_pointer_are_held_against_it_one_by_one():
    place = Location(("a.json",), Pointer("/data/0/~1home~1ada~1x/loss"))
    (said,) = fit_to_tell([TELL.says(place, MODEL, Trait.METRIC, 1)])
    assert said.place.where == Pointer("/data/0/****~1x/loss")


def test_what_can_be_told_is_the_same_statement():
    said = TELL.says(PLACE, MODEL, Trait.NAME, "x")
    assert next(fit_to_tell([said])) is said


def test_texts_are_bounded():
    said = TELL.says(
        PLACE, Part(Kind.MODEL, "name:" + "k" * 10**6), Trait.NAME, "v" * 10**6, name="n" * 10**6
    )
    (told,) = fit_to_tell([said])
    assert (len(told.part.key), len(told.value), len(told.name)) == (1000, 16_000, 1000)
