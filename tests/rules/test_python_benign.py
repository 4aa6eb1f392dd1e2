"""What real model code does: none of it is denied."""

# one case a line

import pytest

from backstamp.core.verdict import Outcome
from kit.scanning import codes, verdict

CASES = {
    "cpuinfo": (
        'import subprocess\ncpu = subprocess.check_output(["cat", "/proc/cpuinfo"]).decode()\n',
        [],
    ),
    "dispatch-copy": (
        "import pickle\ntable = pickle._Unpickler.dispatch.copy()\ntable[82] = print\n",
        [],
    ),
    "own-scanner": (
        "from backstamp.formats.dataflow import Flow\ndef f(a):\n    flow = Flow()\n    flow.inputs[a] = 1\n    return flow\n",
        [],
    ),
    "nvidia": (
        'import subprocess\ndef gpus():\n    return subprocess.run(["nvidia-smi","-L"],capture_output=True)\n',
        [],
    ),
    "git-import": (
        'import subprocess\ntry:\n    sha=subprocess.check_output(["git","rev-parse","HEAD"]).decode()\nexcept Exception: sha="?"\n',
        [],
    ),
    "makedirs": (
        'import os\ndef save(p):\n    os.makedirs(p,exist_ok=True)\n    with open(os.path.join(p,"config.json"),"w") as f: f.write("{}")\n',
        [],
    ),
    "torch-load": (
        'import torch\ndef convert(p):\n    sd=torch.load(p,map_location="cpu")\n    return sd\n',
        [],
    ),
    "img": (
        "import requests\nfrom PIL import Image\ndef load(u):\n    return Image.open(requests.get(u,stream=True).raw)\n",
        [],
    ),
    "version": ('exec(open("version.py").read())\n', []),
    "setup-ver": (
        'import os\nd={}\nwith open(os.path.join("x","version.py")) as f:\n    exec(f.read(), d)\n',
        [],
    ),
    "model-eval": ('model.eval()\nimport re\nre.compile("x")\nimport torch\ntorch.compile(model)\n', []),
    "environ": (
        'import os\nos.environ["TOKENIZERS_PARALLELISM"]="false"\nos.environ.setdefault("A","b")\n',
        [],
    ),
    "openai": (
        'import os,requests\ndef ask(q):\n    return requests.post("https://api.openai.com/v1/chat",headers={"Authorization":f"Bearer {os.environ[\'OPENAI_API_KEY\']}"},json={"q":q}).json()\n',
        [],
    ),
    "hf": (
        'import os\nfrom huggingface_hub import snapshot_download\nsnapshot_download("a/b",token=os.getenv("HF_TOKEN"))\n',
        [],
    ),
    "lazy": (
        'import sys\nfrom transformers.utils import _LazyModule\nsys.modules[__name__]=_LazyModule(__name__,globals()["__file__"],{},module_spec=__spec__)\n',
        [],
    ),
    "ns": ("__import__('pkg_resources').declare_namespace(__name__)\n", []),
    "importlib": (
        'import importlib\ndef get(n):\n    return getattr(importlib.import_module("torch.nn"),n)\n',
        [],
    ),
    "main": (
        'import subprocess,argparse\nif __name__=="__main__":\n    p=argparse.ArgumentParser(); a=p.parse_args()\n    subprocess.run(["python","train.py",a.x])\n',
        [],
    ),
    "b64img": (
        "import base64,io\nfrom PIL import Image\ndef f(s): return Image.open(io.BytesIO(base64.b64decode(s)))\n",
        [],
    ),
    "ext": (
        'import os\nfrom torch.utils.cpp_extension import load\nk=load(name="wkv",sources=["cuda/wkv.cu"])\n',
        [],
    ),
    "sock": (
        'import socket\ndef free_port():\n    s=socket.socket(); s.bind(("",0)); return s.getsockname()[1]\n',
        [],
    ),
    "pip-latent": (
        'import subprocess,sys\ndef install(p):\n    subprocess.check_call([sys.executable,"-m","pip","install",p])\n',
        [],
    ),
    "ffmpeg": (
        'import subprocess\ndef audio(p):\n    return subprocess.run(["ffmpeg","-i",p,"-f","s16le","-"],capture_output=True,check=True).stdout\n',
        [],
    ),
    "doc": ('"""os.system("rm -rf /")"""\n# exec(base64.b64decode("x"))\nx=1\n', []),
    "namedtuple": (
        'def mk(n,fs):\n    ns={}\n    exec("def f(%s): return 1" % ",".join(fs), ns)\n    return ns["f"]\n',
        ["PYS123"],
    ),
    "print": ("def f():\n    print(eval)\n", []),
    "shutil": ("import shutil\ndef clean(p): shutil.rmtree(p)\n", []),
    "wandb": ('import os\nos.environ["WANDB_API_KEY"]="x"\nimport wandb\nwandb.init()\n', []),
    "ctypes": ('import ctypes\nlib=ctypes.CDLL("libcudart.so")\n', []),
    "hebrew": ('s = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"\nimport os\n', []),
    "space-install": (
        'import subprocess\nsubprocess.run("pip install flash-attn --no-build-isolation", env={"A":"1"}, shell=True)\n',
        ["PYS124"],
    ),
    "clone": (
        'import os\nos.system("git clone https://github.com/a/b && cd b && pip install -e .")\n',
        ["PYS124"],
    ),
    "wget": (
        'import os\nos.system("wget https://huggingface.co/a/b/resolve/main/x.pth -O x.pth")\n',
        ["PYS124"],
    ),
    "hubdl": (
        'from huggingface_hub import hf_hub_download\nimport torch\np=hf_hub_download("a/b","c.pt")\nm=torch.load(p)\n',
        [],
    ),
    "urlretrieve": (
        'import urllib.request,os\nif not os.path.exists("x.pth"):\n    urllib.request.urlretrieve("https://download.pytorch.org/models/x.pth","x.pth")\n',
        ["PYS118"],
    ),
}


@pytest.mark.parametrize(("source", "found"), CASES.values(), ids=CASES.keys())
def test_lets_ordinary_code_pass(source, found):
    data = source.encode()
    assert verdict(data, "modeling_x.py").outcome in {Outcome.ALLOW, Outcome.WARN}
    assert codes(data, "modeling_x.py") == found


CACHE = "import marshal\ndef load(p):\n    with open(p,'rb') as f: co=marshal.load(f)\n    exec(co, {})\n"


def test_code_that_a_caller_or_a_file_brings_is_a_warning_until_it_runs_by_itself():
    assert codes(CACHE.encode(), "x.py") == ["PYS134"]
    assert verdict(CACHE.encode(), "x.py").outcome is Outcome.WARN
    assert verdict((CACHE + "load('weights.bin')\n").encode(), "x.py").outcome is Outcome.DENY


def test_code_that_is_decoded_out_of_the_source_is_denied_even_in_a_function():
    source = "import base64\ndef f():\n    exec(base64.b64decode('cHJpbnQoMSkgIyBpbmVydA=='))\n"
    assert "PYS103" in codes(source.encode(), "x.py")
    assert verdict(source.encode(), "x.py").outcome is Outcome.DENY


def test_files_of_processes_are_not_read_as_facts_about_the_machine():
    source = b'import subprocess\nx = subprocess.check_output(["cat", "/proc/self/environ"])\n'
    assert verdict(source, "x.py").outcome is Outcome.DENY
