"""What the walk of a module says of it."""

import pytest

from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.formats.python.effects import Effect
from backstamp.formats.python.machine import analysed
from backstamp.formats.python.values import DECODED, NETWORK


def effects(source):
    return list(analysed(source, Budget()).effects)


def test_tells_a_call_on_import_from_one_that_waits():
    found = effects("import os\nos.system('a')\ndef f():\n    os.system('b')\n")
    assert [(e.text, e.when, e.via) for e in found] == [("a", 3, ()), ("b", 0, ("f",))]


def test_walks_into_local_functions_at_the_moment_of_the_call():
    found = effects("import os\ndef f(c):\n    os.system(c)\nf('a')\n")
    assert found == [
        Effect(
            action="process", callee="os.system", line=3, column=5, when=3, text="a", known=True, via=("f",)
        )
    ]


def test_does_not_lose_a_call_at_the_end_of_a_long_chain():
    chain = "".join(f"def f{i}(c): f{i + 1}(c)\n" for i in range(300))
    found = effects(f"import os\n{chain}def f300(c): os.system(c)\nf0('a')\n")
    assert [(e.text, e.when) for e in found] == [("a", 3)]


def test_does_not_lose_the_last_of_many_calls():
    calls = "".join(f"r('git {i}')\n" for i in range(50))
    found = effects(f"import os\ndef r(c): os.system(c)\n{calls}r('payload')\n")
    assert "payload" in {e.text for e in found}


def test_knows_the_program_guard():
    found = effects("import os\nif __name__ == '__main__':\n    os.system('a')\n")
    assert [e.when for e in found] == [1]


def test_peels_layers_of_encoded_code():
    inner = "import os;os.system('a')"
    outer = f"import base64\nexec(base64.b64decode({__import__('base64').b64encode(inner.encode())!r}))\n"
    found = effects(outer)
    assert [(e.callee, e.text, e.layers, e.taint & DECODED) for e in found] == [
        ("exec", inner, 0, DECODED),
        ("os.system", "a", 1, 0),
    ]


def test_carries_taint_from_the_network_to_code():
    found = effects("import requests\nr = requests.get(u)\nexec(r.json()['c'])\n")
    assert [(e.callee, e.taint & NETWORK) for e in found if e.action == "code"] == [("exec", NETWORK)]


@pytest.mark.parametrize(
    "road",
    [
        "getattr(os, 'sys' + 'tem')",
        "vars(os)['system']",
        "os.__dict__['system']",
        "__import__('os').system",
        "sys.modules['os'].system",
        "shutil.os.system",
        "posix.system",
        "(lambda: os.system)()",
        "[print, os.system][1]",
        "{'a': os.system}['a']",
        "(os.system if x else print)",
        "functools.partial(os.system)",
        "operator.attrgetter('system')(os)",
    ],
)
def test_resolves_every_road_to_the_same_function(road):
    found = effects(f"import os, sys, shutil, posix, functools, operator\n({road})('a')\n")
    assert [(e.action, e.callee, e.text) for e in found] == [("process", "os.system", "a")]


def test_does_not_take_methods_for_builtins():
    assert effects("model.eval()\nre.compile('x')\ncursor.exec('x')\ntorch.compile(m)\n") == []


def test_does_not_read_texts_and_comments_as_code():
    assert effects('"""os.system(1)"""\n# exec(x)\nx = "eval(y)"\n') == []


@pytest.mark.parametrize(
    "source",
    [
        "x='a'\n" + "x=x+x\n" * 200 + "exec(x)\n",
        "x=[1]\n" + "x=[x,x]\n" * 200 + "import os\nos.system(x)\n",
        "x='a'*10**9\nexec(x)\n",
        "x='%99999999d' % 1\nexec(x)\n",
        "x='{:99999999}'.format(1)\nexec(x)\n",
        "x=9**9**9\nexec(x)\n",
        "x=1<<10**9\nexec(x)\n",
        "s='exec(s);exec(s)'\nexec(s)\n",
        "def f(): f(); g()\ndef g(): f()\nf()\n",
        "x=bytes(10**12)\nexec(x)\n",
        "exec(''.join(chr(c) for c in range(10**12)))\n",
    ],
)
def test_bounds_what_constants_may_grow_to(source):
    budget = Budget(Limits(operations=3_000_000))
    analysed(source, budget)
    assert budget.operations < 3_000_000


def test_costs_twice_as_much_for_twice_the_functions():
    def cost(count):
        budget = Budget()
        analysed(
            "import os\n" + "".join(f"def f{i}(x): return os.path.join(x, 'a')\n" for i in range(count)),
            budget,
        )
        return budget.operations

    assert cost(4000) < 2.5 * cost(2000)


@pytest.mark.parametrize(
    "source", ["x = " + "(" * 500 + ")" * 500, "a" + ".b" * 5000, "x = ]", "\x00", "-" * 100_000]
)
def test_refuses_what_is_too_deep_or_no_python(source):
    with pytest.raises(ReadError):
        analysed(source, Budget())


def test_stops_when_the_budget_is_spent():
    with pytest.raises(BudgetExceeded):
        analysed("f(x)\n" * 10_000, Budget(Limits(operations=1000)))


def test_reads_python_2_and_newer_dialects():
    old = "print 'x'\ntry: pass\nexcept E, e: pass\nexec 'import os; os.system(\"a\")'\n"
    new = "def f[T](x: T) -> T: return x\ntype A = int\nimport os\nos.system('a')\n"
    assert [[e.text for e in effects(s)] for s in (old, new)] == [["a"], ["a"]]
