"""Walks a module as the interpreter would run it, knowing only constants and names; nothing is executed.

1. Statements are walked in order. What runs on import is told from what waits in functions: a call
   of a local function is walked into, with its arguments, at the moment of the call.
2. Branches are both walked; a name assigned in one keeps both values.
3. Functions that nobody called are walked at the end with unknown parameters, so every line is seen.
4. Cost is linear: a function is walked a few times a moment and never inside itself; more often only while
   the steps, which grow with the source, last. Then calls are judged by the taint of their arguments.
"""

import ast

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.python import calls
from backstamp.formats.python.effects import IMPORT, LATENT, LOAD, MAIN, Analysis, Effect, Payload
from backstamp.formats.python.expressions import MOST_DEEP, element, evaluate
from backstamp.formats.python.lookup import member_name
from backstamp.formats.python.sinks import action_table, canonical
from backstamp.formats.python.statements import STATEMENTS
from backstamp.formats.python.syntax import tree_of
from backstamp.formats.python.values import (
    PARAM,
    Choice,
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
    options,
    unknown,
)
from backstamp.formats.python.watching import Watcher

_MOST_WALKS = 6
_MOST_WAITING_WALKS = 2  # of functions that only others call
_WAITING_STEPS = 12_000
_MOST_DEEP_CALL = 130
_MOST_CALLS = 24
_MOST_LAYERS = 8
_MOST_EFFECTS = 3000
_STEPS = 60_000  # of calls walked into again; more for longer source
_FOLDED = 16 * 1024 * 1024
# Methods that loaders and servers call; all dunder methods are called by syntax or by the interpreter.
_LIFE = frozenset(
    "forward from_pretrained initialize handle preprocess postprocess predict inference generate load_model "
    "load_context model_fn input_fn predict_fn output_fn init run execute".split()
)


def analysed(text: str, budget: Budget) -> Analysis:
    """Say what a module does. Raises ``ReadError`` if it is no Python or too large to parse."""
    tree = tree_of(text)
    machine = Machine(budget)
    machine.most_steps += 2 * len(text)
    try:
        machine.module(tree)
    except RecursionError as error:
        raise ReadError("code is nested too deeply") from error
    effects = sorted(machine.effects.values(), key=lambda e: (e.line, e.column, e.callee, e.text))
    return Analysis(tuple(effects), tuple(machine.payloads), machine.complete)


def watched(tree: ast.Module, size: int, watcher: Watcher, budget: Budget) -> Scope:
    """Walk a module of that many characters for a watcher, and give its names.

    Raises ``ReadError`` if it is nested too deeply.
    """
    machine = Machine(budget, watcher)
    machine.most_steps += 2 * size
    try:
        machine.module(tree)
    except RecursionError as error:
        raise ReadError("code is nested too deeply") from error
    return machine.globals


def _is_of_life(name: str) -> bool:
    return name in _LIFE or (name.startswith("__") and name.endswith("__"))


class Machine:
    """The state of one walk."""

    def __init__(self, budget: Budget, watcher: Watcher | None = None) -> None:
        self.budget = budget
        self.watcher = watcher
        self.node: ast.AST | None = None  # of the call that is being looked at
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
        self.looped_left = 20_000
        self.folded_left = _FOLDED
        self.returns: list[Value | None] = []
        self.active: set[FunctionNode] = set()
        self.walks: dict[tuple[FunctionNode, int], int] = {}
        self.functions: dict[FunctionNode, Function] = {}
        self.reached: set[FunctionNode] = set()
        self.pending: dict[tuple[FunctionNode, int], tuple[Function, list[Value], dict[str, Value]]] = {}
        self.most_steps = _STEPS
        self.dropped: dict[str, int] = {}

    # --- the whole ---------------------------------------------------------------------------------

    def module(self, tree: ast.Module) -> None:
        """Walk a module, then every function that nobody called."""
        self.body(tree.body, self.globals)
        self._walk_pending()
        done = 0
        while done < len(self.functions):
            waiting = list(self.functions.values())[done:]
            done = len(self.functions)
            for function in sorted(waiting, key=lambda f: f.name != "__init__"):
                if function.node not in self.reached:
                    self._walk_waiting(function)

    def _walk_pending(self) -> None:
        # Calls too deep to be walked into at once are walked at their own moment: depth hides nothing.
        while self.pending:
            (_, when), (function, arguments, keywords) = self.pending.popitem()
            self.when, self.via, self.conditional, self.loops = when, [], 0, 0
            self.invoke(function, arguments, keywords)

    def _walk_waiting(self, function: Function) -> None:
        self.when = LOAD if function.owner is not None and _is_of_life(function.name) else LATENT
        if function.name == "__getattr__" and function.owner is None:
            self.when = LOAD
        self.via, self.conditional, self.loops = [], 0, 0
        is_method = function.owner is not None and function.form != "staticmethod"
        bound = function.bound_to(Instance(function.owner)) if is_method and function.owner else function
        given = self.invoke(bound, [], {})
        if function.owner is not None and function.name in {"__reduce__", "__reduce_ex__"}:
            self._rebuild(given)
        self._walk_pending()

    def _rebuild(self, given: Value) -> None:
        # What __reduce__ returns is called when the pickle is loaded: (callable, arguments, ...).
        for value in options(given):
            if isinstance(value, Items) and len(value.items) > 1 and isinstance(value.items[1], Items):
                self.call(value.items[0], value.items[1].items, {}, None, self.globals)

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
        if self.depth > MOST_DEEP:
            raise ReadError("code is nested too deeply")

    def fold(self, value: Value) -> Value:
        """Keep a computed constant as long as the account for them lasts."""
        if isinstance(value, Const) and isinstance(value.value, str | bytes):
            self.charge(len(value.value))
        elif isinstance(value, Items):
            self.charge(64 * len(value.items))
        return value

    def charge(self, size: int) -> None:
        """Account for the size of a computed constant."""
        self.folded_left -= size
        self.budget.spend_operations(size // 64 + 1)

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
            if self.watcher is not None and self.watcher.is_known(full):
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
                if self.watcher is not None:
                    known = _columns(value, target.elts) or known
                for at, part in enumerate(target.elts):
                    inner = part.value if isinstance(part, ast.Starred) else part
                    held = known[at] if known else element(value)
                    if self.watcher is not None and known is None and isinstance(value, Ref):
                        held = Ref(member_name(value.name, at), value.taint)
                    self.bind(inner, held, scope)
            case ast.Attribute():
                base = evaluate(self, target.value, scope)
                self._set(base, target.attr, value, target)
            case ast.Subscript():
                base, key = evaluate(self, target.value, scope), evaluate(self, target.slice, scope)
                if isinstance(base, Pairs):
                    base.taint |= value.taint | key.taint
                    if isinstance(key, Const):
                        base.pairs[key.value] = value
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
        if self.watcher is not None and isinstance(receiver, Const | Items | Pairs):
            found = self.watcher.asked(self, receiver, name, arguments, keywords)
            if found is not None:
                return found
        return calls.call_method(self, receiver, name, arguments, keywords)

    def stand_at(self, node: ast.AST | None) -> None:
        """Remember the place of a call, for what is noted there."""
        if isinstance(node, ast.expr | ast.stmt):
            self.line, self.column = node.lineno, node.col_offset + 1
            self.node = node

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
        runs = when in {MAIN, IMPORT}
        most, steps = (_MOST_WALKS, self.most_steps) if runs else (_MOST_WAITING_WALKS, _WAITING_STEPS)
        spent = self.depth > _MOST_DEEP_CALL or (count >= most and self.steps > steps)
        if node in self.active or spent or len(self.via) >= _MOST_CALLS:
            if count == 0 and node not in self.active:
                self.pending.setdefault((node, when), (function, arguments, keywords))
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
            if passed is None and self.watcher is not None and parameter.annotation is not None:
                names[parameter.arg] = self._of_type(parameter.annotation, function.scope)
        if args.vararg is not None:
            rest = given[len(positional) :]
            names[args.vararg.arg] = Items(rest) if rest else unknown(PARAM)
        if args.kwarg is not None:
            known = {p.arg for p in (*positional, *args.kwonlyargs)}
            extra: dict[object, Value] = {k: v for k, v in keywords.items() if k not in known}
            names[args.kwarg.arg] = Pairs(extra) if extra else unknown(PARAM)  # type: ignore[arg-type]

    def _of_type(self, annotation: ast.expr, scope: Scope) -> Value:
        # What a parameter is said to be: an object of a local class, or of one from outside.
        if isinstance(annotation, ast.BinOp):
            annotation = annotation.left
        if not isinstance(annotation, ast.Name | ast.Attribute):
            return unknown(PARAM)
        match evaluate(self, annotation, scope):
            case Class() as cls:
                return Instance(cls, PARAM)
            case Ref(name=name) if name[:1] != "?" and "." in name:
                return Ref(f"{name}()", PARAM)
        return unknown(PARAM)

    # --- statements --------------------------------------------------------------------------------

    def body(self, statements: list[ast.stmt], scope: Scope) -> None:
        """Walk statements in order."""
        self.depth += 1
        for statement in statements:
            self.spend()
            handler = STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement, scope)
        self.depth -= 1

    def branch(self, statements: list[ast.stmt], scope: Scope) -> None:
        """Walk statements that may not run."""
        self.conditional += 1
        self.body(statements, scope)
        self.conditional -= 1


def _columns(value: Value, targets: list[ast.expr]) -> list[Value] | None:
    """Give what each name may be if one of several rows is unpacked, or if one takes the rest."""
    starred = [at for at, target in enumerate(targets) if isinstance(target, ast.Starred)]
    if len(starred) == 1 and isinstance(value, Items) and len(value.items) >= len(targets) - 1:
        first, last = starred[0], len(value.items) - (len(targets) - 1 - starred[0])
        return [*value.items[:first], Items(value.items[first:last], value.taint), *value.items[last:]]
    rows = [v.items for v in options(value) if isinstance(v, Items) and len(v.items) == len(targets)]
    if not rows or not isinstance(value, Choice):
        return None
    return [Choice(tuple(row[at] for row in rows)) for at in range(len(targets))]
