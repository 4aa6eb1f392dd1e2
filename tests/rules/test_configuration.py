"""Rules about configuration texts, XML models and Paddle programs."""

import pytest

from backstamp.core.reading import Status
from kit import graphs
from kit.scanning import codes, examined


@pytest.mark.parametrize(
    "name", ["os.system", "subprocess.Popen", "builtins.eval", "torch.load", "shutil.rmtree"]
)
@pytest.mark.parametrize(
    "text",
    ["model:\n  _target_: {}\n  command: inert\n", '{{"a": {{"_target_": "{}"}}}}', "'_target_' : '{}'\n"],
)
def test_finds_targets_that_act(name, text):
    assert codes(text.format(name).encode(), "model_config.yaml") == ["TXT101"]


def test_is_not_fooled_by_escapes_in_a_target():
    assert codes(b'"\\x5ftarget_": "os\\x2esystem"\n', "c.yaml") == ["TXT101"]


def test_leaves_ordinary_targets_alone():
    text = b"""
optim:
  _target_: torch.optim.Adam
encoder:
  _target_: nemo.collections.asr.modules.ConformerEncoder
logger: {_target_: lightning.pytorch.loggers.WandbLogger, path: !!python/tuple [1, 2]}
rate: !!python/object/apply:collections.OrderedDict []
"""
    found = examined(text, "model_config.yaml")
    assert found.findings == []
    assert [c.status for c in found.coverage] == [Status.COMPLETE]


@pytest.mark.parametrize(
    "tag", ["object/apply:os.system", "object/new:subprocess.Popen", "name:builtins.eval"]
)
def test_finds_yaml_tags_that_make_python_act(tag):
    assert codes(f"a: !!python/{tag} [inert]\n".encode(), "hyp.yaml") == ["TXT102"]
    assert codes(f"a: !<tag:yaml.org,2002:python/{tag}> [inert]\n".encode(), "hyp.yaml") == ["TXT102"]


def test_warns_of_foreign_loaders_of_mlflow():
    text = "flavors:\n  python_function:\n    loader_module: {}\n"
    assert codes(text.format("mlflow.sklearn").encode(), "MLmodel") == []
    assert codes(text.format("own_loader").encode(), "MLmodel") == ["TXT103"]
    assert codes(text.format("os").encode(), "MLmodel") == ["TXT101"]


PMML = '<?xml version="1.0"?>\n{}<PMML version="4.4"><Header copyright="kit"/>{}</PMML>\n'


def test_leaves_an_honest_pmml_model_alone():
    for text in (
        PMML.format("", '<Extension name="a" value="eval metrics"/>'),
        '<?xml version="1.0"?><net name="m"/>',
    ):
        found = examined(text.encode(), "model.pmml")
        assert found.findings == []
        assert [(c.status, c.unexplained) for c in found.coverage] == [(Status.COMPLETE, 0)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_finds_entities_that_are_fetched(encoding):
    doctype = '<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert codes(PMML.format(doctype, "&x;").encode(encoding), "model.pmml") == ["TXT104"]
    parameter = '<!DOCTYPE PMML [<!ENTITY % x PUBLIC "a" "http://host/x.dtd"> %x;]>'
    assert codes(PMML.format(parameter, "").encode(encoding), "model.xml") == ["TXT104"]


def test_finds_entities_that_expand():
    doctype = f'<!DOCTYPE PMML [<!ENTITY a "x"><!ENTITY b "{"&a;" * 10}"><!ENTITY c "{"&b;" * 10}">]>'
    assert codes(PMML.format(doctype, "&c;").encode(), "model.pmml") == ["TXT105"]


def test_finds_code_in_extensions():
    text = PMML.format("", "<Extension>__import__('os').system('id')</Extension>")
    assert codes(text.encode(), "model.pmml") == ["ONX106"]


def _paddle(*ops: str) -> bytes:
    calls = b"".join(graphs.length(4, graphs.length(3, op)) for op in ops)
    block = (
        graphs.number(1, 0) + graphs.number(2, 2**64 - 1) + graphs.length(3, graphs.length(1, "x")) + calls
    )
    return graphs.length(1, block) + graphs.length(4, graphs.number(1, 0))


def test_finds_python_in_a_paddle_program_and_leaves_others_alone():
    found = examined(_paddle("feed", "conv2d"), "x.pdmodel")
    assert found.findings == []
    assert [(c.status, c.unexplained, c.kinds) for c in found.coverage] == [(Status.COMPLETE, 0, ("paddle",))]
    assert codes(_paddle("feed", "py_func")) == ["PDL101"]
