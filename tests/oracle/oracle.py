"""The child process of CPython's unpicklers, and our machine in the same words."""

# plain test objects
import json
import subprocess
import sys
from pathlib import Path

from backstamp.core.budget import Budget
from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.values import Broken, Glob

CHILD = Path(__file__).with_name("child.py")


class Oracle:
    """A running child."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=20)

    def of(self, data: bytes):
        self.process.stdin.write(len(data).to_bytes(4, "little") + data)
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Recorder:
    """A sink which tells events in the child's words."""

    def __init__(self):
        self.events = []

    def imported(self, _at, _glob, written):
        self.events.append(["import", *written])

    def called(self, _at, _op, callee, args, keywords, _via):
        self.events.append(["call", label(callee), len(args), len(keywords)])

    def built(self, _at, target, _state):
        self.events.append(["state", label(target)])

    def filled(self, _at, op, target, items):
        if op.startswith("APPEND"):
            self.events.append(["extend", label(target), len(items)])
        elif op == "ADDITEMS":
            self.events += [["add", label(target)]] * len(items)
        else:
            self.events += [["set", label(target)]] * (len(items) // 2)

    def persistent(self, _at, _pid):
        self.events.append(["pid"])

    def hashed(self, _at, _key):
        pass

    def odd(self, _at, _kind, _detail):
        pass


def label(value) -> str:
    return f"{value.module}.{value.name}" if isinstance(value, Glob) else "obj"


def ours(data: bytes):
    """The events of our machine, and why it ended early."""
    recorder = Recorder()
    machine = Machine(data, recorder, Budget(), fold=False, arrays=False)
    try:
        machine.run()
    except Broken as problem:
        return {"events": recorder.events, "error": str(problem) or "broken"}
    return {"events": recorder.events, "error": ""}
