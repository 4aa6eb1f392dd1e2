"""Rules are found by their codes without loading every family."""

from backstamp.engine.catalog import all_detectors, detectors_for


def test_rules_are_found_by_code_wherever_they_are():
    codes = [d.RULE.code for d in all_detectors()]
    assert [d.RULE.code for d in detectors_for(frozenset(codes))] == codes
    assert [d.RULE.code for d in detectors_for(frozenset({"ZIP101", "PKL101"}))] == ["PKL101", "ZIP101"]


def test_no_code_and_an_unknown_code_give_no_rule():
    assert detectors_for(frozenset()) == ()
    assert detectors_for(frozenset({"XYZ999"})) == ()
