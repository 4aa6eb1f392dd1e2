"""Templates to syntax trees, constants put together, text behind gates."""

import pytest

from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import BudgetExceeded
from backstamp.formats.jinja import nodes as n
from backstamp.formats.jinja.flow import Gated, gated_texts
from backstamp.formats.jinja.folding import folded
from backstamp.formats.jinja.lexer import Token, tokens_of
from backstamp.formats.jinja.parser import Template, template_of


def expression_of(text: str) -> n.Expr:
    (statement,) = template_of("{{ " + text + " }}", Budget()).body
    assert isinstance(statement, n.Output)
    return statement.expression


def test_takes_a_template_apart_with_lines_and_whitespace_control():
    assert list(
        tokens_of("a\n{%- if x -%}{# c\n #}{{+ 'b\\x41' }}{% raw %}{{ y }}{% endraw %}", Budget())
    ) == [
        Token("data", "a\n", 1),
        Token("{%", "{%", 2),
        Token("name", "if", 2),
        Token("name", "x", 2),
        Token("%}", "%}", 2),
        Token("{{", "{{", 3),
        Token("string", "bA", 3),
        Token("}}", "}}", 3),
        Token("data", "{{ y }}", 3),
    ]


def test_binds_operators_as_jinja_does():
    x, y, z = (n.Name(name) for name in "xyz")
    assert expression_of("x ~ y + z") == n.Binary("+", n.Binary("~", x, y), z)
    assert expression_of("not x in y") == n.Unary("not", n.Binary("in", x, y))
    assert expression_of("x not in y or z") == n.Binary("or", n.Binary("not in", x, y), z)
    assert expression_of("-x|f") == n.Filter(n.Unary("-", x), "f")
    assert expression_of("x is not none and y") == n.Binary("and", n.Unary("not", n.Test(x, "none")), y)
    assert expression_of("x if y else z") == n.Choice(y, x, z)
    assert expression_of("x.y[1:](z, k=1)") == n.Call(
        n.Item(n.Attribute(x, "y"), n.Slice((n.Const(1), None))), (z,), (("k", n.Const(1)),)
    )
    assert expression_of("x is divisibleby 3") == n.Test(x, "divisibleby", (n.Const(3),))
    assert expression_of("'a' 'b'") == n.Const("ab")


@pytest.mark.parametrize(
    "text",
    [
        "{% if x %}a{% elif y %}b{% else %}c{% endif %}",
        "{% for a, b in c.items() if a recursive %}{{ loop.index }}{% else %}{% endfor %}",
        "{% set a, b = 1, 2 %}{% set ns.x = (1,) %}{% set y | trim %}z{% endset %}",
        "{% macro m(a, b=1) %}{% endmacro m %}{% call(x) m(1) %}{% endcall %}",
        "{% with a=1 %}{% endwith %}{% filter a|trim %}x{% endfilter %}{% block b scoped %}{% endblock %}",
        "{% include 'x' ignore missing with context %}{% import 'a' as b %}{% from 'a' import b as c, d %}",
        "{% do x.append(1) %}{% autoescape true %}{% endautoescape %}{% generation %}{% endgeneration %}",
        "{{ {'a': [1, 2.5, 1e3], 'b': ()}['a'][-1] ** 2 // 3 % 4 }}{{ a.0 }}{{ x[1:2, ::3] }}",
    ],
)
def test_parses_every_tag(text):
    assert template_of(text, Budget()).broken == ""


@pytest.mark.parametrize(
    "text", ["{% if x %}", "{{ x", "{% foo %}", "{{ a b }}", "{# x", "{{ (a] }}", "{% endif %}"]
)
def test_says_why_a_template_breaks(text):
    found = template_of(text, Budget())
    assert isinstance(found, Template)
    assert found.broken != ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a' ~ 'b' + 'c'", "abc"),
        ("'cba'[::-1]", "abc"),
        ("['a', 'b']|join('-')", "a-b"),
        ("'-'.join(['a', 'b'])", "a-b"),
        ("'%c%s' % (95, 'x')", "_x"),
        ("dict(ab=1, cd=2)|join", "abcd"),
        ("'aXb'|replace('X', 'y')|upper", "AYB"),
        ("10 ** 3 * 2", 2000),
        ("v ~ 1", "known1"),
    ],
)
def test_puts_constants_together(text, value):
    assert folded(expression_of(text), {"v": "known"}) == value


def test_follows_a_flag_through_a_namespace_to_the_text_behind_it():
    text = (
        "{% set ns = namespace(on=false) %}{% for m in messages %}{% if 'go' in m.content %}"
        "{% set ns.on = true %}{% endif %}{% endfor %}\n{% if ns.on %}obey{% endif %}"
    )
    assert list(gated_texts(template_of(text, Budget()).body, Budget())) == [Gated(("go",), "obey", 2)]


def test_spends_from_its_budget():
    with pytest.raises(BudgetExceeded):
        template_of("{{ a }}" * 100, Budget(Limits(operations=50)))
