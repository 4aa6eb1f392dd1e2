"""Walks a module as the interpreter would run it, knowing only constants and names; nothing is executed.

1. Statements are walked in order. What runs on import is told from what waits in functions: a call
   of a local function is walked into, with its arguments, at the moment of the call.
2. Branches are both walked; a name assigned in one keeps both values.
3. Functions that nobody called are walked at the end with unknown parameters, so every line is seen.
4. Cost is linear: a function is walked at most ``_MOST_WALKS`` times a moment and never inside itself, and once the
   steps are spent calls are no longer walked into, only judged by their taint.
"""

import ast
from collections.abc import Callable

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.python import calls
from backstamp.formats.python.effects import IMPORT, LATENT, LOAD, MAIN, Analysis, Effect, Payload
from backstamp.formats.python.expressions import element, elements, evaluate, operate
from backstamp.formats.python.lookup import attribute
from backstamp.formats.python.sinks import action_table, canonical
from backstamp.formats.python.syntax import tree_of
from backstamp.formats.python.values import (
    PARAM,
    Class,
    Const,
    Function,
    FunctionNode,
    Instance,
    Items,
    Pairs,
    Ref,
    Scope,
    Value,
    either,
    unknown,
)

_MOST_WALKS = 6
_MOST_DEEP = 250  # three frames of ours each
_MOST_DEEP_CALL = 130
_MOST_CALLS = 24
_MOST_LAYERS = 8
_MOST_EFFECTS = 3000
_STEPS = 400_000
_FOLDED = 16 * 1024 * 1024
_LIFE = frozenset(
    "__init__ __new__ __call__ __setstate__ __reduce__ __reduce_ex__ __del__ __init_subclass__ __enter__ __getattr__ "
    "__getattribute__ __post_init__ __set_name__ __prepare__ __class_getitem__ __getstate__ __iter__ forward "
    "from_pretrained initialize handle preprocess predict load_model".split()
)


def analysed(text: str, budget: Budget) -> Analysis:
    """Say what a module does. Raises ``ReadError`` if it is no Python or too large to parse."""
    return analysed_tree(tree_of(text), budget)


def analysed_tree(tree: ast.Module, budget: Budget) -> Analysis:
    """Say what a parsed module does."""
    machine = Machine(budget)
    try:
        machine.module(tree)
    except RecursionError as error:
        raise ReadError("code is nested too deeply") from error
    effects = sorted(machine.effects.values(), key=lambda e: (e.line, e.column, e.callee, e.text))
    return Analysis(tuple(effects), tuple(machine.payloads), machine.complete)


class Machine:
    """The state of one walk."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.effects: dict[tuple[int, int, str, str, int], Effect] = {}
        self.payloads: list[Payload] = []
        self.complete = True
        self.globals = Scope()
        self.stars: list[str] = []
        self.when = IMPORT
        self.via: list[str] = []
        self.layers = 0
        self.line = 0
        self.column = 0
        self.depth = 0
        self.conditional = 0
        self.loops = 0
        self.steps = 0
        self.looped_left = 60_000
        self.folded_left = _FOLDED
        self.returns: list[Value | None] = []
        self.active: set[FunctionNode] = set()
        self.walks: dict[tuple[FunctionNode, int], int] = {}
        self.functions: dict[FunctionNode, Function] = {}
        self.reached: set[FunctionNode] = set()
        self.dropped: dict[str, int] = {}

    # --- the whole ---------------------------------------------------------------------------------

    def module(self, tree: ast.Module) -> None:
        """Walk a module, then every function that nobody called."""
        self.body(tree.body, self.globals)
        done = 0
        while done < len(self.functions):
            waiting = list(self.functions.values())[done:]
            done = len(self.functions)
            for function in sorted(waiting, key=lambda f: f.name != "__init__"):
                if function.node not in self.reached:
                    self._walk_waiting(function)

    def _walk_waiting(self, function: Function) -> None:
        self.when = LOAD if function.owner is not None and function.name in _LIFE else LATENT
        if function.name == "__getattr__" and function.owner is None:
            self.when = LOAD
        self.via, self.conditional, self.loops = [], 0, 0
        receiver = (
            Instance(function.owner)
            if function.owner is not None and function.form != "staticmethod"
            else None
        )
        self.invoke(function.bound_to(receiver) if receiver else function, [], {})

    def nested(self, text: str | bytes, scope: Scope) -> bool:
        """Walk code that the module holds as a constant and runs. False if it is no Python."""
        source = text.decode("latin-1") if isinstance(text, bytes) else text
        if self.layers >= _MOST_LAYERS or len(source) > 512 * 1024 or len(self.via) >= _MOST_CALLS:
            self.complete = False
            return False
        self.budget.spend_operations(len(source) + 1)
        try:
            tree = tree_of(source.strip())
        except ReadError:
            return False
        place = (self.line, self.column)
        self.layers += 1
        try:
            for node in ast.walk(tree):
                if isinstance(node, ast.expr | ast.stmt):
                    node.lineno, node.col_offset = place[0], place[1] - 1
            self.body(tree.body, scope)
        finally:
            self.layers -= 1
        return True

    # --- accounts ----------------------------------------------------------------------------------

    def spend(self, count: int = 1) -> None:
        """Account for steps. Raises ``ReadError`` where the code is nested too deeply."""
        self.steps += count
        if not self.steps & 0xFF or count > 1:
            self.budget.spend_operations(256 + count)
        if self.depth > _MOST_DEEP:
            raise ReadError("code is nested too deeply")

    def fold(self, value: Value) -> Value:
        """Keep a computed constant as long as the account for them lasts."""
        if isinstance(value, Const) and isinstance(value.value, str | bytes):
            self.folded_left -= len(value.value)
            if self.folded_left < 0:
                return unknown(value.taint)
        return value

    def note(self, effect: Effect) -> None:
        """Keep an effect; the same one at an earlier moment, or with more taint, wins."""
        key = (effect.line, effect.column, effect.callee, effect.text[:200], effect.layers)
        old = self.effects.get(key)
        if old is not None:
            old.taint |= effect.taint
            if effect.when > old.when:
                old.when, old.via = effect.when, effect.via
            old.hidden = old.hidden or effect.hidden
            old.known = old.known or effect.known
        elif len(self.effects) < _MOST_EFFECTS:
            self.effects[key] = effect
        else:
            self.complete = False

    # --- names -------------------------------------------------------------------------------------

    def lookup(self, name: str, scope: Scope) -> Value:
        """Look a name up: scopes, star imports, builtins."""
        found = scope.find(name)
        if found is not None:
            return found
        for module in self.stars:
            full = f"{module}.{name}"
            if canonical(full) in action_table() or name in {"system", "environ", "path"}:
                return Ref(full)
        if name in calls.BUILTINS:
            return Ref("builtins." + name)
        if name in {"__builtins__", "__import__"}:
            return Ref("builtins" if name == "__builtins__" else "builtins.__import__")
        return Const("__file__") if name == "__file__" else Ref("?")

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Assign a value to a target."""
        match target:
            case ast.Name():
                home = scope.shared.get(target.id, scope)
                old = home.names.get(target.id) if self.conditional else None
                home.names[target.id] = either(old, value)
            case ast.Tuple() | ast.List():
                known = (
                    value.items if isinstance(value, Items) and len(value.items) == len(target.elts) else None
                )
                for at, part in enumerate(target.elts):
                    inner = part.value if isinstance(part, ast.Starred) else part
                    self.bind(inner, known[at] if known else element(value), scope)
            case ast.Attribute():
                base = evaluate(self, target.value, scope)
                self._set(base, target.attr, value, target)
            case ast.Subscript():
                base, key = evaluate(self, target.value, scope), evaluate(self, target.slice, scope)
                if isinstance(base, Pairs) and isinstance(key, Const):
                    base.pairs[key.value] = value
                    base.taint |= value.taint
                elif isinstance(base, Items):
                    base.taint |= value.taint
                elif isinstance(base, Ref):
                    calls.patched(self, Ref(base.name + "[]"), key, value, target)
            case ast.Starred():
                self.bind(target.value, value, scope)

    def _set(self, base: Value, name: str, value: Value, node: ast.AST) -> None:
        if isinstance(base, Instance | Class):
            fields = base.cls.fields if isinstance(base, Instance) else base.fields
            fields[name] = either(fields.get(name), value)
        elif isinstance(base, Ref):
            calls.patched(self, Ref(f"{base.name}.{name}"), None, value, node)

    def function_of(
        self, node: FunctionNode, name: str, scope: Scope, owner: Class | None = None
    ) -> Function:
        """Make the value of a function definition, and keep it to be walked later."""
        function = Function(node, name, scope, owner)
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
            function.defaults[argument.arg] = evaluate(self, default, scope)
        for argument, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if keyword_default is not None:
                function.defaults[argument.arg] = evaluate(self, keyword_default, scope)
        self.functions.setdefault(node, function)
        return function

    # --- calls -------------------------------------------------------------------------------------

    def call(
        self,
        callee: Value,
        arguments: list[Value],
        keywords: dict[str, Value],
        node: ast.AST | None,
        scope: Scope,
    ) -> Value:
        """Call a value."""
        self.stand_at(node)
        return calls.call(self, callee, arguments, keywords, scope)

    def call_method(
        self, receiver: Value, name: str, arguments: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value | None:
        """Call a method of a built-in object that is known. ``None`` if that is not modelled."""
        self.stand_at(node)
        return calls.call_method(self, receiver, name, arguments, keywords)

    def stand_at(self, node: ast.AST | None) -> None:
        """Remember the place of a call, for what is noted there."""
        if isinstance(node, ast.expr | ast.stmt):
            self.line, self.column = node.lineno, node.col_offset + 1

    def give(self, value: Value) -> None:
        """Note a returned or yielded value."""
        if self.returns:
            self.returns[-1] = either(self.returns[-1], value)

    def invoke(self, function: Function, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        """Walk into a function of this module."""
        node, when = function.node, self.when
        count = self.walks.get((node, when), 0)
        taint = 0
        for value in (*arguments, *keywords.values()):
            taint |= value.taint
        spent = (self.steps > _STEPS and count > 0) or self.depth > _MOST_DEEP_CALL
        if node in self.active or count >= _MOST_WALKS or len(self.via) >= _MOST_CALLS or spent:
            return unknown(taint)
        self.walks[node, when] = count + 1
        self.reached.add(node)
        self.functions.setdefault(node, function)
        scope = Scope(function.scope)
        self._bind_parameters(function, arguments, keywords, scope)
        self.active.add(node)
        self.via.append(f"{function.owner.name}.{function.name}" if function.owner else function.name)
        self.returns.append(None)
        conditional, loops, depth = self.conditional, self.loops, self.depth
        self.conditional = self.loops = 0
        try:
            if isinstance(node, ast.Lambda):
                self.give(evaluate(self, node.body, scope))
            else:
                self.body(node.body, scope)
        finally:
            self.conditional, self.loops, self.depth = conditional, loops, depth
            given = self.returns.pop()
            self.via.pop()
            self.active.discard(node)
        return given if given is not None else Const(None)

    def _bind_parameters(
        self, function: Function, arguments: list[Value], keywords: dict[str, Value], scope: Scope
    ) -> None:
        args = function.node.args
        given: list[Value] = [function.receiver, *arguments] if function.receiver is not None else arguments
        positional = [*args.posonlyargs, *args.args]
        names = scope.names
        for parameter, value in zip(positional, given, strict=False):
            names[parameter.arg] = value
        for parameter in (*positional[len(given) :], *args.kwonlyargs):
            passed = keywords.get(parameter.arg) or function.defaults.get(parameter.arg)
            names[parameter.arg] = passed if passed is not None else unknown(PARAM)
            if parameter.arg not in keywords and self.when < IMPORT and not self.via:
                names[parameter.arg] = either(unknown(PARAM), names[parameter.arg])
        if args.vararg is not None:
            rest = given[len(positional) :]
            names[args.vararg.arg] = Items(rest) if rest else unknown(PARAM)
        if args.kwarg is not None:
            known = {p.arg for p in (*positional, *args.kwonlyargs)}
            extra: dict[object, Value] = {k: v for k, v in keywords.items() if k not in known}
            names[args.kwarg.arg] = Pairs(extra) if extra else unknown(PARAM)  # type: ignore[arg-type]

    # --- statements --------------------------------------------------------------------------------

    def body(self, statements: list[ast.stmt], scope: Scope) -> None:
        """Walk statements in order."""
        self.depth += 1
        for statement in statements:
            self.spend()
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement, scope)
        self.depth -= 1

    def branch(self, statements: list[ast.stmt], scope: Scope) -> None:
        """Walk statements that may not run."""
        self.conditional += 1
        self.body(statements, scope)
        self.conditional -= 1


def _expression(m: Machine, node: ast.Expr | ast.Return, scope: Scope) -> None:
    value = evaluate(m, node.value, scope) if node.value is not None else Const(None)
    if isinstance(node, ast.Return):
        m.give(value)


def _assign(m: Machine, node: ast.Assign, scope: Scope) -> None:
    value = evaluate(m, node.value, scope)
    for target in node.targets:
        m.bind(target, value, scope)


def _annotated(m: Machine, node: ast.AnnAssign, scope: Scope) -> None:
    if node.value is not None:
        m.bind(node.target, evaluate(m, node.value, scope), scope)


def _augmented(m: Machine, node: ast.AugAssign, scope: Scope) -> None:
    old = evaluate(m, node.target, scope)
    m.bind(node.target, operate(m, node.op, old, evaluate(m, node.value, scope)), scope)


def _import(m: Machine, node: ast.Import, scope: Scope) -> None:
    for alias in node.names:
        name = alias.name if alias.asname else alias.name.partition(".")[0]
        m.bind(ast.Name(alias.asname or name), Ref(name), scope)


def _import_from(m: Machine, node: ast.ImportFrom, scope: Scope) -> None:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            if not node.level and len(m.stars) < 16:
                m.stars.append(module)
        else:
            name = f"{module}.{alias.name}" if module.strip(".") else f"{module}{alias.name}"
            m.bind(ast.Name(alias.asname or alias.name), Ref(name), scope)


def _define(
    m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, owner: Class | None = None
) -> Value:
    function = m.function_of(node, node.name, scope, owner)
    value: Value = function
    for decorator in reversed(node.decorator_list):
        if isinstance(decorator, ast.Name) and decorator.id in {"property", "staticmethod", "classmethod"}:
            function.form = decorator.id
            continue
        wrapper = evaluate(m, decorator, scope)
        made = m.call(wrapper, [value], {}, decorator, scope)
        value = made if isinstance(made, Function | Class | Instance) else value
    if owner is None:
        m.bind(ast.Name(node.name), value, scope)
    return value


def _class(m: Machine, node: ast.ClassDef, scope: Scope) -> None:
    bases = tuple(evaluate(m, b, scope) for b in node.bases)
    keywords = {k.arg or "**": evaluate(m, k.value, scope) for k in node.keywords}
    cls = Class(node.name, bases)
    m.bind(ast.Name(node.name), cls, scope)
    inner = Scope(scope)
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            m.spend()
            function = _define(m, statement, scope, cls)
            inner.names[statement.name] = cls.fields[statement.name] = function
        else:
            m.body([statement], inner)
    for name, value in inner.names.items():
        cls.fields.setdefault(name, value)
    for base in bases:
        hook = base.find("__init_subclass__") if isinstance(base, Class) else None
        if isinstance(hook, Function):
            m.invoke(hook.bound_to(cls), [], keywords)
    meta = keywords.get("metaclass")
    if isinstance(meta, Class | Function):
        m.call(meta, [Const(node.name), Items(list(bases)), Pairs({})], {}, node, scope)
    for decorator in reversed(node.decorator_list):
        m.call(evaluate(m, decorator, scope), [cls], {}, decorator, scope)


def _if(m: Machine, node: ast.If, scope: Scope) -> None:
    # elif chains are walked in a loop: they nest in the tree.
    step: ast.If = node
    while True:
        guard = _guard_of(step.test)
        evaluate(m, step.test, scope)
        if guard == "main":
            when, m.when = m.when, min(m.when, MAIN)
            m.branch(step.body, scope)
            m.when = when
        elif guard != "never":
            m.branch(step.body, scope)
        if len(step.orelse) == 1 and isinstance(step.orelse[0], ast.If):
            step = step.orelse[0]
            m.spend()
            continue
        m.branch(step.orelse, scope)
        return


def _guard_of(test: ast.expr) -> str:
    match test:
        case ast.Compare(
            left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
        ):
            return "main"
        case ast.Compare(
            left=ast.Constant(value="__main__"), ops=[ast.Eq()], comparators=[ast.Name(id="__name__")]
        ):
            return "main"
        case ast.Constant(value=False | 0) | ast.Name(id="TYPE_CHECKING"):
            return "never"
        case ast.Attribute(attr="TYPE_CHECKING", value=ast.Name(id="typing")):
            return "never"
    return ""


def _for(m: Machine, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
    source = evaluate(m, node.iter, scope)
    rows = elements(source)
    if rows is not None and len(rows) <= m.looped_left and _is_plain_loop(node):
        m.looped_left -= len(rows) * len(node.body)
        for row in rows:
            m.bind(node.target, row, scope)
            m.body(node.body, scope)
    else:
        _loop(m, node.body, scope, node.target, element(source))
    m.branch(node.orelse, scope)


def _is_plain_loop(node: ast.For | ast.AsyncFor) -> bool:
    return len(node.body) <= 6 and all(
        isinstance(s, ast.Assign | ast.AugAssign | ast.Expr) for s in node.body
    )


def _loop(m: Machine, body: list[ast.stmt], scope: Scope, target: ast.expr | None, value: Value) -> None:
    m.conditional += 1
    m.loops += 1
    for _ in range(2 if m.loops == 1 and len(body) <= 12 and m.steps < _STEPS else 1):
        if target is not None:
            m.bind(target, value, scope)
        m.body(body, scope)
    m.loops -= 1
    m.conditional -= 1


def _while(m: Machine, node: ast.While, scope: Scope) -> None:
    evaluate(m, node.test, scope)
    _loop(m, node.body, scope, None, Const(None))
    m.branch(node.orelse, scope)


def _with(m: Machine, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
    for held in node.items:
        value = evaluate(m, held.context_expr, scope)
        if isinstance(value, Instance):
            enter = attribute(m, value, "__enter__")
            value = m.call(enter, [], {}, node, scope) if isinstance(enter, Function) else value
        if held.optional_vars is not None:
            m.bind(held.optional_vars, value, scope)
    m.body(node.body, scope)


def _try(m: Machine, node: ast.Try, scope: Scope) -> None:
    m.body(node.body, scope)
    for handler in node.handlers:
        if handler.name:
            scope.names[handler.name] = unknown()
        m.branch(handler.body, scope)
    m.branch(node.orelse, scope)
    m.body(node.finalbody, scope)


def _match(m: Machine, node: ast.Match, scope: Scope) -> None:
    subject = evaluate(m, node.subject, scope)
    for case in node.cases:
        for pattern in ast.walk(case.pattern):
            name = getattr(pattern, "name", None)
            if isinstance(name, str):
                scope.names[name] = element(subject) if isinstance(subject, Items) else subject
        if case.guard is not None:
            evaluate(m, case.guard, scope)
        m.branch(case.body, scope)


def _shared(m: Machine, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
    for name in node.names:
        home: Scope | None = scope.module if isinstance(node, ast.Global) else scope.outer
        while isinstance(node, ast.Nonlocal) and home is not None and name not in home.names and home.outer:
            home = home.outer
        if home is not None and home is not scope:
            scope.shared[name] = home


def _checked(m: Machine, node: ast.Assert | ast.Raise | ast.Delete, scope: Scope) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(m, child, scope)


_STATEMENTS: dict[type[ast.stmt], Callable[..., object]] = {
    ast.Expr: _expression,
    ast.Return: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _class,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Global: _shared,
    ast.Nonlocal: _shared,
    ast.Assert: _checked,
    ast.Raise: _checked,
    ast.Delete: _checked,
}
