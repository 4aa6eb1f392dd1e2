"""Verdicts, BOMs, training runs, summaries and provenance: made, read, refused."""

import msgspec
import pytest

from backstamp.attest import predicates, provenance
from backstamp.attest.fields import Resource
from backstamp.attest.predicates import Kind, check, kind_of
from backstamp.attest.provenance import Expected, level_of, problems_of, provenance_of, repository_of
from backstamp.attest.statement import Statement, statement_of
from backstamp.capture.statement import PREDICATE_TYPE
from backstamp.core.errors import ReadError
from kit.attestations import (
    BUILDER,
    COMMIT,
    NOW,
    RULES,
    bom,
    model,
    outputs,
    provenance_predicate,
    run,
    spdx_document,
    stated,
    verdict_predicate,
    vsa_predicate,
)
from kit.reports import REPORTS

MODEL = model()
V1, V02 = provenance.V1, provenance.V02
SOURCE = "https://github.com/acme/minilm"


def test_the_type_of_training_runs_is_that_of_capture():
    assert predicates.TRAINING_RUN == PREDICATE_TYPE


def test_kinds_by_types():
    assert {
        each: kind_of(each) for each in ("https://cyclonedx.org/bom/v1.6", "https://spdx.dev/Document")
    } == {
        "https://cyclonedx.org/bom/v1.6": Kind.BOM,
        "https://spdx.dev/Document": Kind.BOM,
    }
    assert kind_of("https://cyclonedx.org/bomb") is Kind.OTHER


def test_a_verdict_is_made_of_a_report_and_read_again():
    report = REPORTS["denied"]()
    made = predicates.verdict_from(report, rule_set=RULES, made=NOW)
    assert predicates.scan_verdict_of(made.as_tree()) == made
    assert (made.outcome, made.rule_set, made.made, made.fail_on) == ("deny", RULES, NOW, "high")
    assert [(each.name, each.as_of) for each in made.knowledge] == [
        (each.name, each.as_of) for each in report.knowledge
    ]


def test_a_set_of_rules_has_one_digest_whatever_their_order():
    from kit.reports import PROCESS, REMOTE

    one, other = (PROCESS.rule, REMOTE.rule), (REMOTE.rule, PROCESS.rule)
    assert predicates.rule_set_digest(one) == predicates.rule_set_digest(other)
    changed = msgspec.structs.replace(PROCESS.rule, severity="low")
    assert predicates.rule_set_digest((changed, REMOTE.rule)) != predicates.rule_set_digest(one)


def test_a_summary_is_read_and_written():
    read = predicates.summary_of(vsa_predicate())
    assert read.as_tree() == vsa_predicate()
    assert (read.verifier, read.result, read.levels) == (
        "https://acme.example/review",
        "PASSED",
        ("SLSA_BUILD_LEVEL_2",),
    )


def test_a_training_run_is_read():
    read = predicates.training_run_of(run(outputs(MODEL)))
    assert (read.outputs, read.outcome, read.invocation, read.inputs) == (
        outputs(MODEL),
        "succeeded",
        "run-1",
        (Resource(name="code", digest=(("gitCommit", COMMIT),), annotations={"kind": "code"}),),
    )


def test_statements_survive_writing():
    for made in (bom(MODEL), bom(MODEL, spdx_document(MODEL)), run(outputs(MODEL))):
        assert statement_of(made.as_bytes()) == made
        assert check(made) in (Kind.BOM, Kind.TRAINING_RUN)


def verdict_with(**changes: object):
    return stated(MODEL, predicates.VERDICT, verdict_predicate(**changes))


def vsa_with(**changes: object):
    return stated(MODEL, predicates.VSA, vsa_predicate(**changes))


def built_with(**changes: object):
    return stated(MODEL, V1, provenance_predicate(**changes))


DEFINITION = provenance_predicate()["buildDefinition"]
REFUSED = {
    "an unknown verdict": (verdict_with(verdict="fine"), '"fine" is not a verdict'),
    "a verdict that is a number": (verdict_with(verdict=1), '"verdict" is not a text'),
    "a verdict without a time": (verdict_with(madeOn=""), '"madeOn" is empty'),
    "a time without offset": (verdict_with(madeOn="2026-05-31T12:00:00"), "is not a time"),
    "a day instead of a time": (verdict_with(madeOn="2026-05-31"), "is not a time"),
    "a time in other digits": (verdict_with(madeOn="\uff12\uff1026-05-31T12:00:00Z"), "is not a time"),
    "rules by another digest": (
        verdict_with(ruleSet={"digest": {"sha256": "5" * 63}}),
        'the digest "sha256" has 63 digits',
    ),
    "rules in capital letters": (
        verdict_with(ruleSet={"digest": {"sha256": "A" * 64}}),
        "is not lower-case hexadecimal",
    ),
    "no knowledge at all": (
        stated(
            MODEL,
            predicates.VERDICT,
            {k: v for k, v in verdict_predicate().items() if k != "knowledge"},
        ),
        '"knowledge" is missing',
    ),
    "knowledge without a day": (verdict_with(knowledge=[{"name": "a"}]), '"asOf" is missing'),
    "knowledge of no day": (verdict_with(knowledge=[{"name": "a", "asOf": "2026-13-01"}]), "is not a time"),
    "a number that is none": (verdict_with(note=float("nan")), "a number that is not finite"),
    "half a pair": (verdict_with(reasons=["\ud800"]), "half of a surrogate pair"),
    "a result that is none": (vsa_with(verificationResult="OK"), '"OK" is not a verification result'),
    "levels of what failed": (
        vsa_with(verificationResult="FAILED"),
        "verified levels of something that failed",
    ),
    "an input without a digest": (
        vsa_with(inputAttestations=[{"uri": "a"}]),
        "an input attestation without a digest",
    ),
    "a summary without a resource": (vsa_with(resourceUri=""), '"resourceUri" is empty'),
    "a verifier that is a text": (vsa_with(verifier="me"), '"verifier" is not an object'),
    "levels that are a text": (vsa_with(verifiedLevels="SLSA"), '"verifiedLevels" is not a list'),
    "a policy that is nothing": (vsa_with(policy={}), "a resource without URI, name and digest"),
    "a BOM that is none": (stated(MODEL, predicates.CYCLONEDX, {"a": 1}), "not a BOM"),
    "components that are a text": (
        stated(
            MODEL,
            predicates.CYCLONEDX,
            {"bomFormat": "CycloneDX", "specVersion": "1.7", "components": "none"},
        ),
        '"components" is not a list',
    ),
    "SPDX called CycloneDX": (
        stated(MODEL, predicates.CYCLONEDX, spdx_document(MODEL)),
        "its document is another",
    ),
    "a build without a type": (
        built_with(buildDefinition={**DEFINITION, "buildType": ""}),
        '"buildType" is empty',
    ),
    "a build without parameters": (
        built_with(buildDefinition={k: v for k, v in DEFINITION.items() if k != "externalParameters"}),
        '"externalParameters" is missing',
    ),
    "a build without a builder": (built_with(runDetails={}), '"builder" is missing'),
    "a builder without an id": (built_with(runDetails={"builder": {"id": ""}}), '"id" is empty'),
    "dependencies that are an object": (
        built_with(buildDefinition={**DEFINITION, "resolvedDependencies": {}}),
        '"resolvedDependencies" is not a list',
    ),
    "a build that ended before it began": (
        built_with(
            runDetails={
                "builder": {"id": BUILDER},
                "metadata": {"startedOn": "2026-01-02T00:00:00Z", "finishedOn": "2026-01-01T00:00:00Z"},
            }
        ),
        "the build finished before it was started",
    ),
    "a commit that is none": (
        built_with(
            buildDefinition={
                **DEFINITION,
                "resolvedDependencies": [{"uri": "a", "digest": {"gitCommit": "main"}}],
            }
        ),
        "is not lower-case hexadecimal",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name):
    statement, words = REFUSED[name]
    with pytest.raises(ReadError) as caught:
        check(statement)
    assert words in caught.value.message


def test_provenance_is_made_and_read():
    read = provenance_of(built_with())
    assert provenance_of(provenance.statement((MODEL.subject,), read)) == read
    assert (read.builder, read.build_type, read.invocation) == (
        BUILDER,
        "https://actions.github.io/buildtypes/workflow/v1",
        "run/1",
    )


OLD = stated(
    MODEL,
    V02,
    {
        "builder": {"id": BUILDER},
        "buildType": "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
        "invocation": {
            "configSource": {
                "uri": "git+https://github.com/acme/minilm@refs/tags/v1",
                "digest": {"sha1": COMMIT},
                "entryPoint": "release.yml",
            }
        },
        "metadata": {"buildInvocationId": "1-1"},
        "materials": [{"uri": "git+https://github.com/acme/minilm@refs/tags/v1", "digest": {"sha1": COMMIT}}],
    },
)
FORK = {
    "workflow": {"repository": "https://github.com/mallory/minilm", "ref": "refs/heads/main"},
}


def _told(statement, *, signed=True, **expected: object):
    return problems_of(provenance_of(statement), Expected(**expected), is_signed=signed)


@pytest.mark.parametrize("statement", [built_with(), OLD])
def test_provenance_that_says_what_is_expected(statement):
    assert (
        _told(
            statement,
            builders=((BUILDER, 3),),
            source=SOURCE,
            commit=COMMIT,
            level=3,
            build_types=(provenance_of(statement).build_type,),
        )
        == ()
    )


UNEXPECTED = {
    "another builder": (
        built_with(),
        {"builders": (("https://other.example", 3),)},
        f'it was built by "{BUILDER}", which is not a pinned builder',
    ),
    "a builder with the same beginning": (
        built_with(),
        {"builders": ((BUILDER[:-1], 3),)},
        "which is not a pinned builder",
    ),
    "another build type": (built_with(), {"build_types": ("x",)}, "its build type is"),
    "a fork": (
        built_with(buildDefinition={**DEFINITION, "externalParameters": FORK}),
        {"source": SOURCE},
        'it was built from "https://github.com/mallory/minilm", not from',
    ),
    "a repository that begins alike": (
        built_with(),
        {"source": f"{SOURCE}-large"},
        "it was built from",
    ),
    "another host": (built_with(), {"source": "https://gitlab.com/acme/minilm"}, "it was built from"),
    "no source at all": (
        built_with(buildDefinition={**DEFINITION, "externalParameters": {}, "resolvedDependencies": []}),
        {"source": SOURCE, "commit": COMMIT},
        "it names no source repository",
    ),
    "another commit": (
        built_with(),
        {"source": SOURCE, "commit": "d" * 40},
        f"it was built from commit {COMMIT}",
    ),
    "no commit": (
        built_with(buildDefinition={**DEFINITION, "resolvedDependencies": []}),
        {"source": SOURCE, "commit": COMMIT},
        "it names no commit of its source",
    ),
    "another fork in the old form": (
        stated(
            MODEL,
            V02,
            {
                **OLD.predicate,
                "invocation": {"configSource": {"uri": "git+https://github.com/mallory/minilm"}},
            },
        ),
        {"source": SOURCE},
        "it was built from",
    ),
    "a dependency of another digest": (
        built_with(),
        {"dependencies": (("git+https://github.com/acme/minilm@refs/heads/main", "gitCommit:" + "e" * 40),)},
        f"has gitCommit:{COMMIT}, not gitCommit:eeee",
    ),
    "a dependency that is not there": (
        built_with(),
        {"dependencies": (("data", "sha256:" + "e" * 64),)},
        '"data" is not among its resolved dependencies',
    ),
    "a parameter": (built_with(), {"parameters": (("epochs", "3"),)}, 'its parameter "epochs" is not "3"'),
    "a level that the builder does not reach": (
        built_with(),
        {"builders": ((BUILDER, 2),), "level": 3},
        "it reaches SLSA build level 2, and 3 is asked for",
    ),
}


@pytest.mark.parametrize("name", UNEXPECTED)
def test_does_not_expect(name):
    statement, expected, words = UNEXPECTED[name]
    assert words in " | ".join(_told(statement, **expected))


def test_levels_need_a_signature_and_a_builder_that_is_trusted():
    read, trusted = provenance_of(built_with()), ((BUILDER, 3),)
    assert level_of(read, is_signed=False, builders=trusted) == 1
    assert level_of(read, is_signed=True) == 1
    assert level_of(read, is_signed=True, builders=((BUILDER, 2),)) == 2
    assert level_of(read, is_signed=True, builders=trusted) == 3


def test_addresses_of_repositories_are_compared_as_one():
    assert {
        repository_of(each)
        for each in (
            SOURCE,
            f"git+{SOURCE}@refs/heads/main",
            f"{SOURCE}.git",
            f"{SOURCE}/",
            "HTTPS://GitHub.com/acme/minilm#x",
        )
    } == {SOURCE}
    assert repository_of("https://github.com@evil.example/acme/minilm") != SOURCE


def test_a_statement_of_another_kind_is_not_provenance():
    with pytest.raises(ReadError, match="not SLSA provenance"):
        provenance_of(Statement(subjects=(MODEL.subject,), predicate_type="x", predicate={}))
