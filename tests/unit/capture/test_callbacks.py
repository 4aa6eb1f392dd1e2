"""What callbacks of frameworks record, with stand-ins for the objects that the frameworks hand over."""

import json
from argparse import Namespace

import backstamp
from backstamp.capture import huggingface, keras, lightning


def _observed(folder) -> dict:
    made = json.loads((folder / "backstamp.training-run.json").read_text("utf-8"))
    return made["predicate"]["observed"]


class _Arguments:
    world_size = 2

    def to_sanitized_dict(self) -> dict:
        return {"learning_rate": 5e-5, "hub_token": "<HUB_TOKEN>", "seed": 42}


def test_the_trainer_of_transformers_is_recorded(tmp_path):
    state = Namespace(global_step=10, epoch=1.0, total_flos=1e12, max_steps=10, best_metric=None)
    with backstamp.training_run({"learning_rate": 1e-3}, output=tmp_path) as run:
        seen = huggingface.Recorder(run)
        model = Namespace(config=Namespace(_name_or_path="org/base"))
        seen.on_train_begin(_Arguments(), state, None, model=model)
        seen.on_log(_Arguments(), state, None, logs={"loss": 0.5, "epoch": 1.0})
        seen.on_evaluate(_Arguments(), state, None, metrics={"eval_accuracy": 0.9})
        seen.on_train_end(_Arguments(), state, None)
    observed = _observed(tmp_path)
    assert observed["settings"] == {"learning_rate": 5e-5, "hub_token": "****", "seed": 42}
    assert observed["metrics"] == {"loss": 0.5, "epoch": 1.0, "eval_accuracy": 0.9}
    assert {
        key: observed[key]
        for key in ("framework", "worldSize", "steps", "epochs", "totalFlos", "startedFrom")
    } == {
        "framework": "transformers",
        "worldSize": 2,
        "steps": 10,
        "epochs": 1.0,
        "totalFlos": 1e12,
        "startedFrom": "org/base",
    }


class _Tensor:
    shape = ()

    def item(self) -> float:
        return 0.25


def test_the_trainer_of_lightning_is_recorded(tmp_path):
    trainer = Namespace(
        max_epochs=3, precision="32-true", world_size=1, strategy=Namespace(), global_step=6, current_epoch=3,
        callback_metrics={"val_loss": _Tensor()}, sanity_checking=True,
    )  # fmt: skip
    with backstamp.training_run(output=tmp_path) as run:
        seen = lightning.Recorder(run)
        module = Namespace(hparams={"lr": 0.1})
        seen.on_fit_start(trainer, module)
        seen.on_validation_end(trainer, module)
        assert "metrics" not in run.record.observed
        seen.on_train_epoch_end(trainer, module)
        seen.on_fit_end(trainer, module)
    observed = _observed(tmp_path)
    assert observed["settings"] == {"max_epochs": 3, "precision": "32-true", "lr": 0.1}
    assert (observed["metrics"], observed["steps"], observed["epochs"]) == ({"val_loss": 0.25}, 6, 3)


class _Optimizer:
    def get_config(self) -> dict:
        return {"name": "adam", "learning_rate": 0.001}


def test_fit_of_keras_is_recorded(tmp_path):
    with backstamp.training_run(output=tmp_path) as run:
        seen = keras.Recorder(run)
        seen.params = {"epochs": 1, "steps": 2, "verbose": 0}
        seen.model = Namespace(optimizer=_Optimizer())
        seen.on_train_begin()
        seen.on_train_batch_end(0)
        seen.on_train_batch_end(1)
        seen.on_epoch_end(0, {"loss": 0.5})
        seen.on_train_end()
    observed = _observed(tmp_path)
    assert observed["settings"] == {
        "epochs": 1,
        "steps": 2,
        "verbose": 0,
        "optimizer": {"name": "adam", "learning_rate": 0.001},
    }
    assert (observed["metrics"], observed["steps"], observed["epochs"]) == ({"loss": 0.5}, 2, 1)
