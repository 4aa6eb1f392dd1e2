"""Every class of evasion is denied by a finding that names what is really called, and where."""

import pytest

from backstamp.core.finding import Severity
from backstamp.core.location import Bytes
from backstamp.core.verdict import Outcome
from kit.evasions import Case, cases
from kit.gadgets import STANDARD, THIRD_PARTY
from kit.lookalikes import Harmless, lookalikes
from kit.pickle_asm import reduce_call
from kit.scanning import examined, verdict


@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c.group}-{c.name}")
def test_an_evasion_is_denied_with_the_real_callable_and_its_offset(case: Case):
    assert verdict(case.data, case.file).outcome is Outcome.DENY
    denying = [f for f in examined(case.data, case.file).findings if f.severity.rank >= Severity.HIGH.rank]
    named = [f for f in denying if case.callee in f.message or any(case.callee in e for e in f.evidence)]
    assert named, [f.message for f in denying]
    assert all(isinstance(f.place.where, Bytes) for f in named)


@pytest.mark.parametrize("gadget", STANDARD + THIRD_PARTY, ids=lambda g: f"{g[0]}.{g[1]}")
def test_a_known_gadget_is_denied_in_either_spelling(gadget):
    module, name, arguments = gadget
    outcomes = [verdict(reduce_call(module, name, *arguments, protocol=p)).outcome for p in (2, 4)]
    assert outcomes == [Outcome.DENY, Outcome.DENY]


@pytest.mark.parametrize("harmless", lookalikes(), ids=lambda h: h.name)
def test_a_look_alike_is_left_alone(harmless: Harmless):
    found = verdict(harmless.data, harmless.file)
    assert found.outcome is (Outcome.WARN if harmless.warns else Outcome.ALLOW), found.reasons
