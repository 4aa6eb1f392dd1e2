"""``backstamp attest``."""

import json

import pytest

from backstamp.attest.statement import statement_of
from backstamp.capture.run import training_run
from backstamp.cli.commands import main
from kit.attestations import COMMIT, FILES, bom_document, model, provenance_predicate, sha256, weights

AT = ("--timestamp", "2026-05-31T12:00:00Z")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "model"
    made.mkdir()
    for name, data in FILES.items():
        (made / name).write_bytes(data)
    return made


def stated(capsys, *arguments):
    """Make an unsigned statement and read it."""
    code = main(["attest", *map(str, arguments), "--unsigned"])
    return code, statement_of(capsys.readouterr().out.encode())


def refused(capsys, *arguments):
    code = main(["attest", *map(str, arguments)])
    return code, capsys.readouterr().err.splitlines()[0]


def test_states_a_verdict(folder, capsys):
    code, made = stated(capsys, "verdict", folder, *AT)
    assert (code, made.predicate_type, made.subjects) == (
        0,
        "https://backstamp.dev/scan-verdict/v1",
        (model().subject,),
    )
    assert (made.predicate["verdict"], made.predicate["madeOn"]) == ("allow", "2026-05-31T12:00:00Z")


def test_a_verdict_that_denies_is_written_and_is_the_exit_code(tmp_path, capsys):
    target = tmp_path / "a.pkl"
    target.write_bytes(b"cposix\nsystem\n(S'id'\ntR.")
    code, made = stated(capsys, "verdict", target, *AT)
    assert (code, made.predicate["verdict"], made.subjects[0].of("sha256")) == (
        1,
        "deny",
        sha256(target.read_bytes()),
    )
    code, made = stated(capsys, "verdict", target, "--fail-on", "never", *AT)
    assert (code, made.predicate["verdict"], made.predicate["failOn"]) == (0, "warn", "never")


def test_states_a_bom_that_it_makes(folder, capsys):
    code, made = stated(capsys, "bom", folder, *AT)
    assert (code, made.predicate_type, made.predicate["bomFormat"]) == (
        0,
        "https://cyclonedx.org/bom",
        "CycloneDX",
    )


def test_states_the_bom_of_a_file_only_if_it_is_of_the_target(folder, tmp_path, capsys):
    document = tmp_path / "bom.json"
    document.write_text(json.dumps(bom_document(model())))
    assert stated(capsys, "bom", folder, "--bom", document)[0] == 0
    (folder / "model.safetensors").write_bytes(weights(fill=b"\1"))
    code, told = refused(capsys, "bom", folder, "--bom", document, "--unsigned")
    assert (code, told.startswith(f'backstamp: the BOM is not of "{folder}": it lists')) == (1, True)


def test_signs_a_training_run_only_for_what_it_made(tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    with training_run({"epochs": 1}, output=str(out)):
        (out / "model.safetensors").write_bytes(weights())
    code, made = stated(capsys, "training-run", out)
    assert (code, [each.name for each in made.subjects]) == (0, ["model.safetensors"])
    (out / "model.safetensors").write_bytes(weights(fill=b"\1"))
    code, told = refused(capsys, "training-run", out, "--unsigned")
    assert (code, told.startswith(f'backstamp: the run did not make what lies in "{out}"')) == (1, True)


def test_states_provenance_of_parts_and_of_a_file(folder, tmp_path, capsys):
    parts = (
        "--builder", "https://ci.example", "--build-type", "https://ci.example/train", "--source",
        "git+https://github.com/acme/minilm", "--commit", COMMIT, "--parameter", "epochs=3",
    )  # fmt: skip
    _, made = stated(capsys, "provenance", folder, *parts)
    assert made.predicate == {
        "buildDefinition": {
            "buildType": "https://ci.example/train",
            "externalParameters": {"epochs": "3"},
            "resolvedDependencies": [
                {"uri": "git+https://github.com/acme/minilm", "digest": {"gitCommit": COMMIT}}
            ],
        },
        "runDetails": {"builder": {"id": "https://ci.example"}},
    }
    document = tmp_path / "predicate.json"
    document.write_text(json.dumps(provenance_predicate()))
    assert (
        stated(capsys, "provenance", folder, "--predicate", document)[1].predicate == provenance_predicate()
    )
    document.write_text("{}")
    assert refused(capsys, "provenance", folder, "--predicate", document, "--unsigned") == (
        3,
        'backstamp: "buildDefinition" is missing',
    )
    assert refused(capsys, "provenance", folder, "--unsigned")[0] == 2
    assert refused(capsys, "provenance", folder, *parts, "--parameter", "epochs", "--unsigned")[0] == 2


def test_the_id_of_a_build_is_told_where_it_is_given(folder, capsys):
    parts = ("--builder", "https://ci.example", "--build-type", "https://ci.example/train")
    run = stated(capsys, "provenance", folder, *parts, "--invocation", "https://ci.example/runs/7")[1]
    assert run.predicate["runDetails"]["metadata"] == {"invocationId": "https://ci.example/runs/7"}
    assert "metadata" not in stated(capsys, "provenance", folder, *parts)[1].predicate["runDetails"]


SUMMARY = (
    "--verifier", "https://acme.example/review", "--policy", "https://acme.example/policy/7", "--resource",
    "pkg:huggingface/acme/minilm@1.0",
)  # fmt: skip


def test_states_a_summary_with_what_was_looked_at(folder, tmp_path, capsys):
    code, verdict = stated(capsys, "verdict", folder, *AT)
    looked = tmp_path / "verdict.json"
    looked.write_bytes(verdict.as_bytes())
    code, made = stated(
        capsys, "vsa", folder, *SUMMARY, "--level", "SLSA_BUILD_LEVEL_2", "--input", looked, *AT
    )
    assert (code, made.predicate) == (
        0,
        {
            "verifier": {"id": "https://acme.example/review"},
            "timeVerified": "2026-05-31T12:00:00Z",
            "resourceUri": "pkg:huggingface/acme/minilm@1.0",
            "policy": {"uri": "https://acme.example/policy/7"},
            "verificationResult": "PASSED",
            "verifiedLevels": ["SLSA_BUILD_LEVEL_2"],
            "inputAttestations": [{"uri": "verdict.json", "digest": {"sha256": sha256(verdict.as_bytes())}}],
            "slsaVersion": "1.1",
        },
    )


def test_a_summary_names_the_bytes_of_its_policy(folder, capsys):
    _, made = stated(capsys, "vsa", folder, *SUMMARY, "--policy-digest", "ab" * 32, *AT)
    assert made.predicate["policy"] == {
        "uri": "https://acme.example/policy/7",
        "digest": {"sha256": "ab" * 32},
    }
    assert refused(capsys, "vsa", folder, *SUMMARY, "--policy-digest", "ab", "--unsigned", *AT)[0] == 3


def test_a_failed_summary_has_no_levels(folder, capsys):
    code, told = refused(capsys, "vsa", folder, *SUMMARY, "--result", "FAILED", "--level", "L1", "--unsigned")
    assert (code, told) == (3, "backstamp: verified levels of something that failed")


def test_nothing_is_written_unsigned_unless_asked_for(folder, capsys):
    assert refused(capsys, "verdict", folder) == (2, "backstamp: an attestation is signed with a --key")
    assert refused(capsys, "verdict", folder, "--key", "k", "--unsigned")[0] == 2


def test_writes_a_file_whole_or_not_at_all(folder, tmp_path, capsys):
    output = tmp_path / "verdict.json"
    assert main(["attest", "verdict", str(folder), "--unsigned", "-o", str(output), *AT]) == 0
    before = output.read_bytes()
    assert statement_of(before).subjects == (model().subject,)
    assert main(["attest", "verdict", str(folder / "none"), "--unsigned", "-o", str(output)]) == 2
    assert output.read_bytes() == before
    assert refused(capsys, "verdict", folder, "--unsigned", "-o", str(tmp_path / "no" / "a"))[0] == 4


def test_signs_with_keys(folder, tmp_path):
    keys = pytest.importorskip("backstamp.attest.keys")
    pair = keys.generate("ed25519")
    keys.write_pair(pair, str(tmp_path / "a.key"), str(tmp_path / "a.pub"))
    output = tmp_path / "verdict.dsse.json"
    code = main(["attest", "verdict", str(folder), "--key", str(tmp_path / "a.key"), "-o", str(output), *AT])
    from backstamp.attest.signatures import Trust, signers_of
    from backstamp.attest.store import read_store

    found = read_store([str(output)]).attestations[0]
    trust = Trust(verifiers=(keys.public_key_from(str(tmp_path / "a.pub")),))
    assert (code, signers_of(found.envelope, trust)) == (0, (pair.keyid,))


@pytest.mark.parametrize("kind", ["verdict", "bom"])
def test_an_attestation_that_lies_in_the_folder_changes_nothing(kind, folder, capsys):
    _, before = stated(capsys, kind, folder, *AT)
    (folder / f"{kind}.dsse.json").write_bytes(before.as_bytes())
    _, after = stated(capsys, kind, folder, *AT)
    assert after.subjects == before.subjects
