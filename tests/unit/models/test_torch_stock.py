"""Taking stock of what torch and scikit-learn pickle."""

import pytest

from kit.archives import torch_zip
from kit.pickle_asm import Built, Call, New, Pid, Ref, Updated, pickled
from kit.stock import said, stated, ties

MAGIC = pickled(0x1950A86A20F9469CFC6C)


def _tensor(key: str, *shape: int, kind: str = "FloatStorage", offset: int = 0) -> Call:
    elements = 1
    for size in shape:
        elements *= size
    pid = Pid(("storage", Ref("torch", kind), key, "cpu", elements))
    hooks = Call(Ref("collections", "OrderedDict"))
    return Call(
        Ref("torch._utils", "_rebuild_tensor_v2"), pid, offset, shape, (1,) * len(shape), False, hooks
    )


def _ordered(pairs: dict[str, object]) -> Updated:
    return Updated(Call(Ref("collections", "OrderedDict")), pairs)


STATE = {
    "emb.weight": _tensor("0", 10, 4),
    "norm.weight": _tensor("1", 4, kind="BFloat16Storage"),
    "steps": _tensor("2", 1, kind="LongStorage"),
    "head.weight": _tensor("0", 10, 4),  # tied to the first
}
COUNTED = [
    ("model:", "parameters", "", 44),
    ("model:", "elements", "F32", 40),
    ("model:", "elements", "BF16", 4),
    ("model:", "elements", "I64", 1),
]


def _counts(found):
    return [f for f in found if f[1] in ("parameters", "elements")]


@pytest.mark.parametrize("state", [STATE, _ordered(STATE)])
def test_counts_the_tensors_of_a_state_dict_and_tied_ones_once(state):
    data = torch_zip(pickled(state))
    assert said(data, "m/pytorch_model.bin") == [
        ("model:", "format", "", "pytorch"),
        ("model:", "framework", "pytorch", ""),
        *COUNTED,
    ]
    assert {f.scope for f in stated(data, "m/pytorch_model.bin") if f.scope} == {"pytorch_model.bin"}


def test_counts_a_file_of_the_time_before_zips():
    info = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2}}
    data = MAGIC + pickled(1001) + pickled(info) + pickled(_ordered(STATE)) + pickled(["0", "1", "2"])
    for elements, width in ((40, 4), (4, 2), (1, 8)):
        data += elements.to_bytes(8, "little") + bytes(elements * width)
    found = said(data, "m/model.pth")
    assert _counts(found) == COUNTED
    assert ("model:", "format", "", "pytorch legacy") in found


def test_parameters_and_subclasses_are_looked_into():
    wrapped = Call(Ref("torch._utils", "_rebuild_parameter"), _tensor("0", 6), True, 0)
    args = (Pid(("storage", Ref("torch", "FloatStorage"), "1", "cpu", 3)), 0, (3,), (1,), False, None)
    typed = Call(
        Ref("torch._tensor", "_rebuild_from_type_v2"),
        Ref("torch._utils", "_rebuild_tensor_v2"),
        Ref("acme", "Fancy"),
        args,
        {},
    )
    assert _counts(said(torch_zip(pickled({"a": wrapped, "b": typed})), "m.pt"))[0][3] == 9


def test_a_whole_module_is_named_by_its_class():
    inner = Built(
        New(Ref("torch.nn.modules.linear", "Linear")), {"_parameters": {"weight": _tensor("0", 3, 4)}}
    )
    module = Built(New(Ref("acme.nets", "TinyNet")), {"_modules": {"fc": inner}, "training": False})
    found = said(torch_zip(pickled(module)), "m.pt")
    assert ("model:", "architecture", "", "acme.nets.TinyNet") in found
    assert _counts(found)[0][3] == 12


def test_what_serves_further_training_is_not_counted():
    checkpoint = {
        "state_dict": {**STATE, "scaler.weight": _tensor("7", 2), "semantic.weight": _tensor("8", 2)},
        "optimizer_states": [{"state": {0: {"exp_avg": _tensor("3", 10, 4)}}}],
        "lr_schedulers": [{"last": _tensor("4", 5)}],
        "ema_state_dict": {"emb.weight": _tensor("5", 10, 4)},
    }
    assert _counts(said(torch_zip(pickled(checkpoint)), "last.ckpt"))[0][3] == 48


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("checkpoint-4/optimizer.pt", {"a": _tensor("0", 4)}),
        ("checkpoint-4/rng_state.pth", {"cpu": _tensor("0", 4)}),
        ("m/opt.bin", {"state": {0: {"exp_avg": _tensor("0", 4)}}, "param_groups": [{"lr": 0.1}]}),
    ],
)
def test_files_that_only_serve_further_training_are_no_models(name, held):
    assert said(torch_zip(pickled(held)), name) == []


LIGHTNING = {
    "epoch": 2,
    "global_step": 120,
    "pytorch-lightning_version": "2.5.0",
    "state_dict": STATE,
    "hyper_parameters": {"lr": 0.001, "net": {"depth": 3}, "data_dir": "/home/bob", "api_key": "k" * 20},
    "callbacks": {
        "ModelCheckpoint{'monitor': 'val'}": {"monitor": "val", "best_model_path": "/home/bob/epoch=1.ckpt"}
    },
}


def test_a_lightning_checkpoint_says_how_far_it_was_trained_and_with_what():
    data = torch_zip(pickled(LIGHTNING))
    assert [f for f in said(data, "last.ckpt") if f[0] == "run:"] == [
        ("run:", "steps", "", 120),
        ("run:", "setting", "epochs_done", 2),
        ("run:", "framework", "pytorch-lightning", "2.5.0"),
        ("run:", "setting", "ModelCheckpoint.monitor", "val"),
        ("run:", "setting", "best_checkpoint", "epoch=1.ckpt"),
        ("run:", "setting", "callbacks", "ModelCheckpoint"),
        ("run:", "setting", "lr", 0.001),
        ("run:", "setting", "net.depth", 3),
    ]
    assert ties(data, "last.ckpt") == [("model:", "made-by", "run:", "", "")]


def test_arguments_in_a_namespace_are_settings():
    args = Built(
        New(Ref("argparse", "Namespace")), {"lr": 0.1, "seed": 3, "output_dir": "out", "path": "/data"}
    )
    found = said(torch_zip(pickled({"model": STATE, "args": args, "epoch": 1})), "m.pth")
    assert [f for f in found if f[0] == "run:"] == [
        ("run:", "setting", "epochs_done", 1),
        ("run:", "setting", "lr", 0.1),
        ("run:", "setting", "seed", 3),
        ("run:", "seed", "", 3),
    ]


def test_training_arguments_are_read_without_places_and_tokens():
    strategy = Call(Ref("transformers.trainer_utils", "IntervalStrategy"), "epoch")
    state = {
        "output_dir": "/home/ada/out", "logging_dir": "/home/ada/runs", "learning_rate": 2e-5, "seed": 42,
        "data_seed": None, "fp16": True, "save_strategy": strategy, "report_to": ["wandb"],
        "hub_model_id": "ada/bert-tuned", "hub_token": "hf_" + "a" * 34, "push_to_hub_token": "x" * 20,
        "run_name": "/home/ada/out", "lr_scheduler_kwargs": {"num_cycles": 2},
        "device": Call(Ref("torch", "device"), "cpu"), "__cached__setup_devices": Call(Ref("torch",
        "device"), "cpu"),
    }  # fmt: skip
    data = torch_zip(pickled(Built(New(Ref("transformers.training_args", "TrainingArguments")), state)))
    assert said(data, "m/training_args.bin") == [
        ("run:", "framework", "transformers", ""),
        ("run:", "setting", "learning_rate", 2e-5),
        ("run:", "seed", "", 42),
        ("run:", "setting", "seed", 42),
        ("run:", "setting", "fp16", True),
        ("run:", "setting", "save_strategy", "epoch"),
        ("run:", "setting", "report_to", "wandb"),
        ("run:", "setting", "hub_model_id", "ada/bert-tuned"),
        ("run:", "setting", "lr_scheduler_kwargs.num_cycles", 2),
    ]


def test_arguments_of_trl_are_arguments_too():
    built = Built(New(Ref("trl.trainer.sft_config", "SFTConfig")), {"packing": True})
    assert ("run:", "setting", "packing", True) in said(torch_zip(pickled(built)), "training_args.bin")


def test_an_estimator_says_class_version_settings_and_what_it_was_fitted_on():
    step = Built(
        New(Ref("sklearn.svm._classes", "SVC")), {"C": 2.0, "_sklearn_version": "1.5.0", "n_iter_": 3}
    )
    state = {"steps": [("clf", step)], "memory": None, "n_features_in_": 4, "_sklearn_version": "1.5.0"}
    data = pickled(Built(New(Ref("sklearn.pipeline", "Pipeline")), state))
    assert said(data, "model.pkl") == [
        ("model:", "architecture", "", "Pipeline"),
        ("model:", "framework", "scikit-learn", "1.5.0"),
        ("model:", "architecture", "", "SVC"),
        ("model:", "framework", "scikit-learn", "1.5.0"),
        ("model:", "setting", "clf.C", 2.0),
        ("model:", "input", "features", "4 features"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        pickled({"torch": 1}),
        pickled([1, 2, "torch"]),
        pickled(_tensor("0", 2))[:-9],
        pickled(Call(Ref("torch._utils", "_rebuild_tensor_v2"), 1, 2, 3)),
        pickled(Call(Ref("torch._utils", "_rebuild_tensor_v2"), Pid(("storage",)), 0, (-1, 2))),
        pickled(_tensor("0", *([1 << 40] * 4))),
    ],
)
def test_what_holds_no_tensors_counts_nothing(data):
    assert _counts(said(data, "m.pt")) == []


def test_a_result_that_holds_itself_ends():
    # a list in a dict in the list: through the memo
    data = b"\x80\x02]q\x00}q\x01X\x05\x00\x00\x00torchq\x02h\x00sa."
    assert said(data, "m.pt") == []
