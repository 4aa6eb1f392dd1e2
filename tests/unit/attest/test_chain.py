"""The chain training run -> model -> BOM -> verdict."""

from datetime import timedelta

import msgspec
import pytest

from backstamp.attest.chain import Request, verify_chain
from backstamp.attest.dsse import Envelope, Signature
from backstamp.attest.judging import Wanted, name_of
from backstamp.attest.links import State, lines_of
from backstamp.attest.predicates import Kind
from backstamp.attest.provenance import Expected
from backstamp.attest.signatures import Trust, sealed
from backstamp.attest.statement import Statement, Subject
from backstamp.attest.store import envelope_text
from backstamp.core.verdict import Outcome
from kit.attestations import (
    ALICE,
    BOB,
    BUILDER,
    FILES,
    MALLORY,
    NOW,
    RULES,
    VERIFIER,
    bom,
    bom_document,
    bundle,
    model,
    outputs,
    provenance_predicate,
    run,
    sha256,
    signed,
    spdx_document,
    stated,
    store,
    verdict,
    vsa_predicate,
    weights,
)

MODEL = model()
TRUST = Trust(verifiers=(ALICE,))
RUN, BOM, VERDICT = run(outputs(MODEL)), bom(MODEL), verdict(MODEL)
PROVENANCE = stated(MODEL, "https://slsa.dev/provenance/v1", provenance_predicate())
VSA = stated(MODEL, "https://slsa.dev/verification_summary/v1", vsa_predicate())
OTHER = model({**FILES, "model.safetensors": weights(fill=b"\1")})


def checked(wanted=None, artifact=MODEL, trust=TRUST, **files: object):
    held = {"run_json": signed(RUN), "bom_json": signed(BOM), "verdict_json": signed(VERDICT), **files}
    more = held.pop("request", {})
    return verify_chain(
        Request(
            artifact=artifact,
            store=store(**{name: data for name, data in held.items() if data}),
            trust=trust,
            now=NOW,
            wanted=wanted or Wanted(),
            **more,
        )
    )


def states(chain):
    return {str(link.kind): str(link.state) for link in chain.all()}


WHOLE = {"training-run": "ok", "bom": "ok", "verdict": "ok"}


def test_tells_a_whole_chain_as_a_tree():
    chain = checked()
    assert chain.is_whole
    assert list(lines_of(chain)) == [
        f"model model ({name_of(MODEL.digest)})",
        "  ok      training-run: training run run.json -> model model",
        "      signed by alice",
        '      note: "README.md" is no output of a run',
        "  ok      bom: BOM bom.json -> model model",
        "      signed by alice",
        "    ok      verdict: verdict verdict.json -> BOM bom.json",
        "        signed by alice",
    ]


def test_a_broken_link_tells_the_digests_of_its_ends():
    told = list(lines_of(checked(artifact=OTHER)))
    broken = next(line for line in told if line.startswith("  failed  bom"))
    assert name_of(MODEL.digest) in broken
    assert name_of(OTHER.digest) in broken


def test_writes_a_chain_for_machines():
    tree = checked(verdict_json=None).as_tree()
    assert (tree["schema"], tree["ok"], [each["state"] for each in tree["links"]]) == (
        "backstamp.chain/1",
        False,
        ["ok", "ok"],
    )
    assert tree["links"][1]["links"] == [
        {
            "kind": "verdict",
            "state": "missing",
            "from": {"what": "verdict", "source": "", "digest": ""},
            "to": tree["links"][1]["from"],
            "reasons": ["there is no verdict among the attestations"],
            "remarks": [],
            "signers": [],
            "links": [],
        }
    ]


ALSO_WHOLE = {
    "statements in one file of lines": {
        "run_json": None,
        "bom_json": None,
        "verdict_json": None,
        "all_intoto_jsonl": signed(RUN) + signed(BOM) + signed(VERDICT),
    },
    "a bundle of Sigstore": {"bom_json": bundle(sealed(BOM.as_bytes(), [ALICE]))},
    "a BOM in SPDX": {"bom_json": signed(bom(MODEL, spdx_document(MODEL)))},
    "attestations about something else": {"other_json": signed(verdict(OTHER, "deny"))},
    "attestations by others": {"other_json": signed(verdict(MODEL, "deny"), MALLORY)},
    "files that cannot be read": {"zz_json": b"{"},
    "an older verdict that denies": {"old_json": signed(verdict(MODEL, "deny", made="2026-05-01T00:00:00Z"))},
    "a subject for each file": {
        "verdict_json": signed(msgspec.structs.replace(VERDICT, subjects=outputs(MODEL, ())))
    },
    "two runs that made a part each": {
        "run_json": signed(run(outputs(MODEL)[:1])),
        "run2_json": signed(run(outputs(MODEL)[1:])),
    },
    "a run that made more than was kept": {
        "run_json": signed(
            run((*outputs(MODEL), Subject(name="optimizer.pt", digest=(("sha256", "e" * 64),))))
        )
    },
    "a run with a folder above": {
        "run_json": signed(
            run(
                tuple(
                    msgspec.structs.replace(each, name=f"checkpoint-9/{each.name}") for each in outputs(MODEL)
                )
            )
        )
    },
}


@pytest.mark.parametrize("name", ALSO_WHOLE)
def test_holds_with(name):
    assert states(checked(**ALSO_WHOLE[name])) == WHOLE


def _without_key(envelope):
    return msgspec.structs.replace(
        envelope, signatures=tuple(Signature(sig=each.sig) for each in envelope.signatures)
    )


def test_does_not_need_the_name_of_a_key():
    envelope = _without_key(sealed(BOM.as_bytes(), [ALICE]))
    assert states(checked(bom_json=envelope_text(envelope).encode())) == WHOLE


def _bom_with(**changes: object):
    document = bom_document(MODEL)
    files = document["components"][0]["components"]
    if "extra" in changes:
        files.append({"type": "file", "name": changes["extra"]})
    if "digest" in changes:
        files[changes["digest"]]["hashes"][0]["content"] = "d" * 64
    if "without" in changes:
        document["components"][0]["components"] = [
            each for each in files if each["name"] != changes["without"]
        ]
    return signed(bom(MODEL, document))


def _sealed_as(payload_type):
    return envelope_text(sealed(VERDICT.as_bytes(), [ALICE], payload_type)).encode()


def _renamed(subjects):
    one, other, *rest = subjects
    return (
        msgspec.structs.replace(one, name=other.name),
        msgspec.structs.replace(other, name=one.name),
        *rest,
    )


W = sha256(FILES["model.safetensors"])
# name -> (files that differ, the kind of the broken link, words of its reason)
BROKEN = {
    "a run that is not there": ({"run_json": None}, "training-run", "there is no training run"),
    "a run nobody signed": ({"run_json": RUN.as_bytes()}, "training-run", "nobody signed it"),
    "a run signed by a stranger": (
        {"run_json": signed(RUN, MALLORY)},
        "training-run",
        "no signature is by a key that is trusted",
    ),
    "a run that failed": (
        {"run_json": signed(run(outputs(MODEL), "failed"))},
        "training-run",
        'the run ended as "failed"',
    ),
    "a run that made other weights": (
        {"run_json": signed(run(outputs(OTHER)))},
        "training-run",
        f'"model.safetensors" has sha256:{W}, but run.json made it with sha256:',
    ),
    "a run that did not make a file": (
        {"run_json": signed(run(outputs(MODEL)[1:]))},
        "training-run",
        '"config.json" (sha256:',
    ),
    "a run that made the files under swapped names": (
        {"run_json": signed(run(_renamed(outputs(MODEL))))},
        "training-run",
        "but run.json made it with",
    ),
    "a run that made it under another name": (
        {
            "run_json": signed(
                run((outputs(MODEL)[0], Subject(name="best.safetensors", digest=(("sha256", W),))))
            )
        },
        "training-run",
        'which run.json made under the name "best.safetensors"',
    ),
    "a run with a digest of outputs that is not theirs": (
        {"run_json": signed(run(outputs(MODEL), outputDigest={"sha256": "a" * 64}))},
        "training-run",
        "the digest of all outputs is not that of the outputs",
    ),
    "a run with an output twice": (
        {"run_json": signed(run((*outputs(MODEL), outputs(MODEL)[0])))},
        "training-run",
        "an output of the run stands twice",
    ),
    "a run that left nothing": (
        {"run_json": signed(run((Subject(name="run:1", digest=(("sha256", "1" * 64),)),)))},
        "training-run",
        "is no output of a training run",
    ),
    "a BOM that is not there": ({"bom_json": None}, "bom", "there is no BOM"),
    "a BOM nobody signed": ({"bom_json": BOM.as_bytes()}, "bom", "nobody signed it"),
    "a BOM of another model": ({"bom_json": signed(bom(OTHER))}, "bom", "it is about"),
    "a BOM with another digest of a file": (
        {"bom_json": _bom_with(digest=2)},
        "bom",
        'it lists "model.safetensors" with sha256:dddd',
    ),
    "a BOM with a file that is not there": (
        {"bom_json": _bom_with(extra="tokenizer.json")},
        "bom",
        'it lists "tokenizer.json", which the model does not have',
    ),
    "a BOM without the weights": (
        {"bom_json": _bom_with(without="model.safetensors")},
        "bom",
        'it does not list "model.safetensors"',
    ),
    "a BOM with other parameters": (
        {"bom_json": signed(bom(MODEL, bom_document(MODEL, "7.24B")))},
        "bom",
        'it says that "model" has 7,240,000,000 parameters; the weights hold 16',
    ),
    "an SPDX document with other parameters": (
        {"bom_json": signed(bom(MODEL, spdx_document(MODEL, "1000")))},
        "bom",
        'it says that "model" has 1,000 parameters',
    ),
    "a BOM of another kind than its type": (
        {"bom_json": signed(msgspec.structs.replace(BOM, predicate_type="https://spdx.dev/Document"))},
        "bom",
        "its document is another",
    ),
    "a second BOM that is wrong": (
        {"other_json": _bom_with(digest=2)},
        "bom",
        'other.json: it lists "model.safetensors"',
    ),
    "a verdict that is not there": ({"verdict_json": None}, "verdict", "there is no verdict"),
    "a verdict on another model": (
        {"verdict_json": signed(verdict(OTHER))},
        "verdict",
        f'it is about "model" {name_of(OTHER.digest)}; "model" is {name_of(MODEL.digest)}',
    ),
    "a verdict on one file of it": (
        {"verdict_json": signed(msgspec.structs.replace(VERDICT, subjects=outputs(MODEL)[1:]))},
        "verdict",
        "2 of 3 files are not among what it is about",
    ),
    "a verdict whose names were changed": (
        {"verdict_json": signed(verdict(model({("x" + name): data for name, data in FILES.items()})))},
        "verdict",
        "it is about",
    ),
    "a verdict that denies": (
        {"verdict_json": signed(verdict(MODEL, "deny"))},
        "verdict",
        'the verdict is "deny": PKL101 was found',
    ),
    "a verdict that is undetermined": (
        {"verdict_json": signed(verdict(MODEL, "undetermined"))},
        "verdict",
        'the verdict is "undetermined"',
    ),
    "a newer verdict that denies": (
        {"new_json": signed(verdict(MODEL, "deny", made="2026-05-31T12:00:01Z"))},
        "verdict",
        'new.json: the verdict is "deny"',
    ),
    "a verdict of the same time that denies": (
        {"a_json": signed(verdict(MODEL, "deny"))},
        "verdict",
        'a.json: the verdict is "deny"',
    ),
    "a newer verdict that denies one file of it": (
        {
            "new_json": signed(
                msgspec.structs.replace(
                    verdict(MODEL, "deny", made="2026-05-31T12:00:01Z"), subjects=outputs(MODEL)[1:]
                )
            )
        },
        "verdict",
        'new.json: the verdict is "deny"',
    ),
    "a verdict of tomorrow": (
        {"verdict_json": signed(verdict(MODEL, made="2026-06-02T00:00:00Z"))},
        "verdict",
        "which is in the future",
    ),
    "a verdict with knowledge of after it": (
        {"verdict_json": signed(verdict(MODEL, knowledge=[{"name": "advisories", "asOf": "2026-06-09"}]))},
        "verdict",
        "later than the verdict itself",
    ),
    "a verdict that is no JSON of ours": (
        {"verdict_json": signed(verdict(MODEL, ruleSet={}))},
        "verdict",
        "it cannot be understood: a verdict without the digest of its rules",
    ),
    "a verdict with a second signature of a stranger": (
        {"verdict_json": signed(VERDICT, ALICE, MALLORY)},
        "verdict",
        "1 of 2 signatures verify with no key that is trusted",
    ),
    "a verdict signed as another type of payload": (
        {"verdict_json": _sealed_as("application/vnd.in-toto.verdict+json")},
        "verdict",
        "there is no verdict",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_breaks_by(name):
    files, kind, words = BROKEN[name]
    chain = checked(**files)
    broken = [link for link in chain.all() if link.state is not State.OK]
    assert not chain.is_whole
    assert [str(link.kind) for link in broken] == [kind]
    assert words in " | ".join(broken[0].reasons)


def test_tells_both_ends_of_a_broken_link():
    chain = checked(verdict_json=signed(verdict(OTHER)), bom_json=None)
    link = next(each for each in chain.all() if each.kind is Kind.VERDICT)
    assert (str(link.start), str(link.stop)) == (
        f"verdict verdict.json (sha256:{dict(OTHER.digest)['sha256']})",
        f"model model (sha256:{dict(MODEL.digest)['sha256']})",
    )


def test_changed_bytes_break_every_link():
    assert states(checked(artifact=OTHER)) == dict.fromkeys(WHOLE, "failed")


WANTED = {
    "knowledge that is young enough": (Wanted(knowledge_age=timedelta(days=40)), "ok"),
    "knowledge that is too old": (Wanted(knowledge_age=timedelta(days=20)), "failed"),
    "a verdict that is young enough": (Wanted(verdict_age=timedelta(days=2)), "ok"),
    "a verdict that is too old": (Wanted(verdict_age=timedelta(hours=2)), "failed"),
    "the rules that are wanted": (Wanted(rule_sets=(RULES,)), "ok"),
    "other rules": (Wanted(rule_sets=("6" * 64,)), "failed"),
    "a verdict that is wanted to be better": (Wanted(outcomes=(Outcome.WARN,)), "failed"),
}


@pytest.mark.parametrize("name", WANTED)
def test_asks_for(name):
    wanted, state = WANTED[name]
    assert states(checked(wanted)) == {**WHOLE, "verdict": state}


def test_a_verdict_without_knowledge_does_not_pass_where_an_age_is_asked_for():
    held = signed(verdict(MODEL, knowledge=[]))
    assert states(checked(verdict_json=held)) == WHOLE
    assert states(checked(Wanted(knowledge_age=timedelta(days=9)), verdict_json=held)) == {
        **WHOLE,
        "verdict": "failed",
    }


def test_each_kind_may_have_keys_of_its_own():
    by_bob = {"trust_of": ((Kind.VERDICT, Trust(verifiers=(BOB,))),)}
    assert states(checked(request=by_bob)) == {**WHOLE, "verdict": "failed"}
    assert states(checked(request=by_bob, verdict_json=signed(VERDICT, BOB))) == WHOLE


def test_a_threshold_counts_keys_and_not_signatures():
    two = Trust(verifiers=(ALICE, BOB), threshold=2)
    by_both = {
        "run_json": signed(RUN, ALICE, BOB),
        "bom_json": signed(BOM, BOB, ALICE),
        "verdict_json": signed(VERDICT, ALICE, BOB),
    }
    assert states(checked(trust=two, **by_both)) == WHOLE
    assert states(checked(trust=two, **{**by_both, "bom_json": signed(BOM, ALICE, ALICE)})) == {
        **WHOLE,
        "bom": "failed",
    }


def test_other_signatures_pass_where_they_are_allowed():
    lenient = Trust(verifiers=(ALICE,), others_allowed=True)
    assert states(checked(trust=lenient, verdict_json=signed(VERDICT, ALICE, MALLORY))) == WHOLE


def test_nothing_is_trusted_without_keys():
    assert states(checked(trust=Trust())) == dict.fromkeys(WHOLE, "failed")


def test_only_what_is_required_has_to_be_there():
    only = {"required": (Kind.VERDICT,)}
    assert states(checked(request=only, run_json=None, bom_json=None)) == {"verdict": "ok"}
    assert states(checked(request={"required": (*Kind,)[:0]})) == WHOLE
    assert states(checked(request={"required": (Kind.PROVENANCE, Kind.VSA)})) == {
        **WHOLE,
        "provenance": "missing",
        "vsa": "missing",
    }


def test_provenance_and_summaries_are_links_where_they_are():
    chain = checked(p_json=signed(PROVENANCE), v_json=signed(VSA))
    assert states(chain) == {**WHOLE, "provenance": "ok", "vsa": "ok"}
    assert [each.remarks for each in chain.all() if each.kind is Kind.VSA] == [
        ("v.json: 1 of its 1 input attestations are not at hand",)
    ]


EXPECTED = {
    "the builder and source that are expected": (
        Wanted(
            provenance=Expected(
                builders=((BUILDER, 3),), source="https://github.com/acme/minilm", commit="c" * 40, level=3
            ),
            verifiers=(VERIFIER,),
            resource="pkg:huggingface/acme/minilm@1.0",
            levels=("SLSA_BUILD_LEVEL_1",),
            policy=(("sha256", "7" * 64),),
        ),
        ("ok", "ok"),
    ),
    "another source": (
        Wanted(provenance=Expected(source="https://github.com/fork/minilm")),
        ("failed", "ok"),
    ),
    "another verifier": (Wanted(verifiers=("https://other.example",)), ("ok", "failed")),
    "another resource": (Wanted(resource="pkg:huggingface/acme/minilm@2.0"), ("ok", "failed")),
    "a higher level": (Wanted(levels=("SLSA_BUILD_LEVEL_3",)), ("ok", "failed")),
    "another policy": (Wanted(policy=(("sha256", "9" * 64),)), ("ok", "failed")),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_expects(name):
    wanted, (built, verified) = EXPECTED[name]
    held = states(checked(wanted, p_json=signed(PROVENANCE), v_json=signed(VSA)))
    assert (held["provenance"], held["vsa"]) == (built, verified)


def test_a_summary_that_failed_breaks_the_chain():
    held = stated(MODEL, VSA.predicate_type, vsa_predicate(verificationResult="FAILED", verifiedLevels=[]))
    assert states(checked(v_json=signed(held))) == {**WHOLE, "vsa": "failed"}


def _signature(files, root=None):
    resources = [
        {"name": name, "algorithm": "sha256", "digest": digest} for name, digest in sorted(files.items())
    ]
    whole = sha256(b"".join(bytes.fromhex(files[name]) for name in sorted(files)))
    return Statement(
        subjects=(Subject(name="model", digest=(("sha256", root or whole),)),),
        predicate_type="https://model_signing/signature/v1.0",
        predicate={"resources": resources, "serialization": {"method": "files", "hash_type": "sha256"}},
    )


def test_a_model_signature_is_held_against_the_files():
    files = {each.name: each.sha256 for each in MODEL.files}
    assert states(checked(m_sig=signed(_signature(files)))) == {**WHOLE, "signature": "ok"}
    assert states(checked(m_sig=signed(_signature(files, "a" * 64)))) == {**WHOLE, "signature": "failed"}
    del files["config.json"]
    assert states(checked(m_sig=signed(_signature(files)))) == {**WHOLE, "signature": "failed"}


def test_the_root_of_a_signature_that_holds_names_the_model():
    files = {**{each.name: each.sha256 for each in MODEL.files}, "old.sig": "f" * 64}
    signature = _signature(files)
    named = msgspec.structs.replace(VERDICT, subjects=signature.subjects)
    beside = msgspec.structs.replace(MODEL, left_out=("old.sig",))
    held = {"artifact": beside, "verdict_json": signed(named), "m_sig": signed(signature)}
    assert states(checked(**held)) == {**WHOLE, "signature": "ok"}
    assert states(checked(**{**held, "m_sig": signed(signature, MALLORY)}))["verdict"] == "failed"
    assert states(checked(**{**held, "artifact": MODEL}))["verdict"] == "failed"


def test_a_signature_of_shards_is_left_to_who_can_verify_it():
    shards = _signature({"model.safetensors:0:9": "1" * 64})
    shards.predicate["resources"][0]["algorithm"] = "sha256-sharded-9"
    chain = checked(m_sig=signed(shards))
    assert states(chain) == WHOLE
    assert chain.problems == ("m.sig: it lists other things than files by SHA-256: verify it by itself",)
    required = {"required": (Kind.SIGNATURE,)}
    assert states(checked(m_sig=signed(shards), request=required)) == {**WHOLE, "signature": "failed"}


def test_a_bit_that_changes_in_an_envelope_never_verifies():
    envelope = sealed(VERDICT.as_bytes(), [ALICE])
    for at in range(0, len(envelope.payload), 7):
        payload = bytearray(envelope.payload)
        payload[at] ^= 1
        text = envelope_text(
            Envelope(
                payload=bytes(payload),
                payload_type=envelope.payload_type,
                signatures=envelope.signatures,
            )
        )
        assert states(checked(verdict_json=text.encode()))["verdict"] in ("failed", "missing")


def test_a_statement_of_another_type_is_no_part_of_the_chain():
    other = Statement(subjects=VERDICT.subjects, predicate_type="https://other.example/v1", predicate={})
    assert states(checked(o_json=signed(other))) == WHOLE


def test_many_files_are_held_against_many_outputs_at_once():
    many = model({f"part-{at:05}.bin": str(at).encode() for at in range(20_000)})
    chain = checked(
        artifact=many,
        run_json=signed(run(outputs(many))),
        bom_json=signed(bom(many)),
        verdict_json=signed(msgspec.structs.replace(VERDICT, subjects=outputs(many))),
    )
    assert states(chain) == WHOLE
