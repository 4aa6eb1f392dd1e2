"""Shards of distributed checkpoints are zips in a row, and nothing but a whole row of them."""

from backstamp.core.verdict import Outcome
from backstamp.formats.distcp import runs_of
from kit.archives import usual_zip
from kit.evasions import torch_zip
from kit.pickle_asm import Call, Ref, pickled
from kit.scanning import codes, verdict

_ONE, _TWO = usual_zip({"archive/data.pkl": b"\x80\2K\1."}), usual_zip({"archive/data.pkl": b"\x80\2K\2."})


def test_zips_in_a_row_are_found_where_they_begin_and_end():
    assert runs_of(memoryview(_ONE + _TWO)) == [(0, len(_ONE)), (len(_ONE), len(_ONE + _TWO))]
    assert runs_of(memoryview(_ONE + b"x" + _TWO)) == []
    assert runs_of(memoryview(_ONE + _TWO[:-1])) == []


def test_a_shard_is_allowed_and_the_same_bytes_under_another_name_are_not():
    assert verdict(_ONE + _TWO, name="__0_0.distcp").outcome is Outcome.ALLOW
    assert verdict(_ONE + _TWO, name="model.pt").outcome is Outcome.DENY


def test_each_part_of_a_shard_is_judged():
    evil = torch_zip(pickled(Call(Ref("os", "system"), "x")))
    assert "PKL101" in codes(_ONE + evil + _TWO, name="__0_0.distcp")
