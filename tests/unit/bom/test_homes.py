"""Which folder is a model, a dataset, a run."""

import pytest

from backstamp.bom.homes import Homes
from backstamp.bom.inventory import FileRecord, Inventory
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Relation, Stated, Teller, Trait

TELL = Teller("test/1", Method.DECLARED, 0.9)
KINDS = {
    ".safetensors": ("safetensors",), ".onnx": ("onnx",), ".gguf": ("gguf",), ".bin": ("pickle", "zip"),
    ".parquet": ("parquet",), ".csv": ("text",), ".json": ("json", "text"), ".md": ("text",),
    ".py": ("python", "text"),
}  # fmt: skip


def record(path: str) -> FileRecord:
    end = "." + path.rpartition(".")[2]
    return FileRecord(path=(path,), size=10, digest=None, kinds=KINDS.get(end, ("text",)))


def homes(*paths: str, said: tuple[Stated, ...] = ()) -> Homes:
    files = tuple(record(path) for path in sorted(paths))
    return Homes(Inventory(target="target", is_folder=True, files=files, facts=()), said)


def says(path: str, kind: Kind, trait: Trait = Trait.TASK, value: str = "x", name: str = "") -> Stated:
    return TELL.says(Location((path,)), Part(kind), trait, value, name=name)


@pytest.mark.parametrize(
    ("paths", "models"),
    [
        (("model.safetensors", "config.json"), {".": Kind.MODEL}),
        (("a/model.safetensors", "b/model.onnx"), {"./a": Kind.MODEL, "./b": Kind.MODEL}),
        (("m/config.json", "m/model.safetensors", "m/onnx/model.onnx"), {"./m": Kind.MODEL}),
        (("m/modules.json", "m/model.safetensors", "m/1_Pooling/config.json"), {"./m": Kind.MODEL}),
        (("cat.onnx", "dog.onnx"), {"./cat.onnx": Kind.MODEL, "./dog.onnx": Kind.MODEL}),
        (("w-00001-of-00002.safetensors", "w-00002-of-00002.safetensors"), {".": Kind.MODEL}),
        (("model.safetensors", "model.onnx"), {".": Kind.MODEL}),
        (("readme.md", "setup.py"), {}),
        (("training_args.bin", "optimizer.pt"), {}),
    ],
)
def test_finds_the_homes_of_models(paths: tuple[str, ...], models: dict[str, Kind]):
    assert homes(*paths).models == models


def test_takes_a_folder_with_an_adapters_configuration_for_an_adapter():
    said = (says("lora/adapter_config.json", Kind.ADAPTER),)
    found = homes("lora/adapter_config.json", "lora/adapter_model.safetensors", said=said)
    assert found.models == {"./lora": Kind.ADAPTER}
    assert found.bound(Part(Kind.MODEL), Location(("lora/README.md",))) == Part(Kind.ADAPTER, "./lora")


def test_does_not_make_a_model_of_a_project_that_only_has_a_readme():
    prose = Teller("card/1", Method.PARSED, 0.5).says(
        Location(("README.md",)), Part(Kind.MODEL), Trait.DESCRIPTION, "A tool"
    )
    found = homes("README.md", "app.py", said=(prose,))
    assert found.models == {}
    assert found.bound(Part(Kind.MODEL), Location(("README.md",))) == Part(Kind.SYSTEM, ".")


def test_makes_a_folder_of_splits_one_dataset_and_other_files_datasets_of_their_own():
    said = tuple(
        says(path, Kind.DATASET, Trait.FORMAT, "csv")
        for path in ("d/train.csv", "d/test.csv", "x/a.csv", "x/b.csv")
    )
    found = homes("d/train.csv", "d/test.csv", "x/a.csv", "x/b.csv", said=said)
    assert found.datasets == {"./d", "./x/a.csv", "./x/b.csv"}
    assert found.bound(Part(Kind.DATASET), Location(("d/train.csv",))) == Part(Kind.DATASET, "./d")


def test_lets_a_dataset_card_own_everything_below_it():
    said = (says("data/README.md", Kind.DATASET), says("data/raw/a.csv", Kind.DATASET))
    found = homes("data/README.md", "data/raw/a.csv", said=said)
    assert found.datasets == {"./data"}


def test_binds_paths_below_the_file_that_names_them_or_below_the_root():
    found = homes("m/config.json", "m/model.safetensors", "app/run.py")
    named = Part(Kind.MODEL, "path:m")
    assert found.bound(named, Location(("app/run.py",))) == Part(Kind.MODEL, "./m")
    inside = Part(Kind.MODEL, "path:m/model.safetensors")
    assert found.bound(inside, Location(("app/run.py",))) == Part(Kind.MODEL, "./m")
    absent = Part(Kind.MODEL, "path:elsewhere")
    assert found.bound(absent, Location(("app/run.py",))) == absent


def test_knows_the_home_of_a_hub_cache_by_its_name():
    path = "models--org--name/snapshots/" + "a" * 40 + "/config.json"
    said = (
        says(path, Kind.MODEL, Trait.IDENTIFIER, "org/name", name="huggingface"),
        says(path, Kind.MODEL),
    )
    found = homes(path, said=said)
    home = Part(Kind.MODEL, "./models--org--name/snapshots/" + "a" * 40)
    assert found.bound(Part(Kind.MODEL, "huggingface:org/name"), Location(("app.py",))) == home


def test_gives_runs_the_home_of_the_model_they_made_or_the_file_that_plans_them():
    said = (
        says("m/training_args.bin", Kind.RUN, Trait.SETTING),
        says("configs/train.yaml", Kind.RUN, Trait.SETTING),
        says("mlruns/0/abc/params/lr", Kind.RUN, Trait.SETTING),
    )
    found = homes(
        "m/model.safetensors",
        "m/training_args.bin",
        "configs/train.yaml",
        "mlruns/0/abc/params/lr",
        said=said,
    )
    keys = [found.bound(Part(Kind.RUN), s.place).key for s in said]
    assert keys == ["./m", "./configs/train.yaml", "./mlruns/0/abc"]


def test_lists_the_files_of_a_home_without_those_of_a_home_inside_it():
    found = homes(
        "config.json", "model.safetensors", "README.md", "draft/config.json", "draft/model.safetensors"
    )
    outer = [r.path[0] for r in found.files_of(Part(Kind.MODEL, "."))]
    inner = [r.path[0] for r in found.files_of(Part(Kind.MODEL, "./draft"))]
    assert outer == ["README.md", "config.json", "model.safetensors"]
    assert inner == ["draft/config.json", "draft/model.safetensors"]


def test_links_count_as_speaking_of_a_model_too():
    link = TELL.links(
        Location(("m/README.md",)),
        Part(Kind.MODEL),
        Relation.TRAINED_ON,
        Part(Kind.DATASET, "huggingface:a/b"),
    )
    files = (record("m/README.md"),)
    found = Homes(Inventory(target="t", is_folder=True, files=files, facts=()), (link,))
    assert found.models == {"./m": Kind.MODEL}
