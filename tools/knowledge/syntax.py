"""Source text -> summary. The text is parsed, never imported or run."""

import ast
import warnings
from collections.abc import Iterable, Sequence

from tools.knowledge.summary import (
    FIELD,
    GLOBAL,
    IMPORTED,
    METHOD,
    OWN,
    PARENT,
    TYPED,
    Call,
    Definition,
    Module,
)

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def summary_of(source: str, name: str, *, package: bool = False, stub: bool = False) -> Module | None:
    """Summarise one module; ``None`` if it is not Python that this interpreter reads."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    module = Module(name=name, package=package)
    _block(module, tree.body, stub=stub)
    return module


def path_of(node: ast.expr | None) -> str:
    """Give ``a.b.c`` for names and attributes of names, else the empty text."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    parts.append(node.id)
    return ".".join(reversed(parts))


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """Give the absolute name of the module which a from-import names."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    drop = node.level - 1 if module.package else node.level
    kept = parts[: len(parts) - drop] if drop else parts
    return ".".join([*kept, *([node.module] if node.module else [])])


def _block(module: Module, body: Iterable[ast.stmt], *, stub: bool) -> None:
    """Collect the top level, through branches: each branch may run somewhere."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                _define(module, node.name, _function(module, node, stub=stub))
            case ast.ClassDef():
                _class(module, node, node.name, stub=stub)
            case ast.Import() | ast.ImportFrom():
                for local, target in imports_of(module, node):
                    if local == "*":
                        module.stars.append(target)
                    else:
                        module.names.setdefault(local, target)
            case ast.Assign() | ast.AnnAssign():
                _assign(module, node)
            case ast.If() | ast.For() | ast.While():
                _block(module, node.body, stub=stub)
                _block(module, node.orelse, stub=stub)
            case ast.With():
                _block(module, node.body, stub=stub)
            case ast.Try():
                for part in (node.body, *(h.body for h in node.handlers), node.orelse, node.finalbody):
                    _block(module, part, stub=stub)
            case _:
                pass


def _define(module: Module, qualified: str, found: Definition) -> None:
    """Keep a definition; one that was seen before (overloads, branches) is joined with it."""
    before = module.definitions.get(qualified)
    module.definitions[qualified] = joined(before, found) if before else found


def joined(first: Definition, second: Definition) -> Definition:
    """Join what two versions of a definition do."""
    calls = dict.fromkeys([*first.calls, *second.calls])
    return Definition(
        kind="c" if "c" in (first.kind, second.kind) else "f",
        calls=list(calls),
        invokes=first.invokes or second.invokes,
        bases=list(dict.fromkeys([*first.bases, *second.bases])),
        metaclass=first.metaclass or second.metaclass,
        fields={**second.fields, **first.fields},
        decorators=list(dict.fromkeys([*first.decorators, *second.decorators])),
        stub=first.stub and second.stub,
    )


def imports_of(module: Module, node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    """Give the local names that an import binds, with their targets."""
    if isinstance(node, ast.Import):
        return [
            (a.asname, f"{a.name}:")
            if a.asname
            else (a.name.partition(".")[0], a.name.partition(".")[0] + ":")
            for a in node.names
        ]
    source = absolute(module, node)
    return [
        ("*", source) if a.name == "*" else (a.asname or a.name, f"{source}:{a.name}") for a in node.names
    ]


def _assign(module: Module, node: ast.Assign | ast.AnnAssign) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        elements = target.elts if isinstance(target, ast.Tuple) else [target]
        for element in elements:
            if not isinstance(element, ast.Name):
                continue
            value = node.value
            path = path_of(value)
            if isinstance(value, ast.Lambda):
                _define(module, element.id, _body(module, value.args, [value.body], stub=False))
            elif isinstance(value, ast.Call) and path_of(value.func).rpartition(".")[2] in MAKERS:
                _define(module, element.id, Definition(kind="c"))
            elif path and len(elements) == 1:
                module.names.setdefault(element.id, "=" + path)
            elif isinstance(value, ast.Call) and path_of(value.func) in PARTIALS and value.args:
                inner = path_of(value.args[0])
                if inner:
                    _define(module, element.id, Definition(kind="f", calls=[Call(GLOBAL, inner, given=True)]))
            else:
                made = path_of(value.func) if isinstance(value, ast.Call) else ""
                note = path_of(node.annotation) if isinstance(node, ast.AnnAssign) else ""
                module.values.setdefault(element.id, made or note)


MAKERS = frozenset({"namedtuple", "NamedTuple", "TypedDict", "NewType", "make_dataclass"})
PARTIALS = frozenset({"partial", "functools.partial"})


def _class(module: Module, node: ast.ClassDef, qualified: str, *, stub: bool) -> None:
    made = Definition(
        kind="c",
        bases=[p for b in node.bases if (p := path_of(b.value if isinstance(b, ast.Subscript) else b))],
        metaclass=next((path_of(k.value) for k in node.keywords if k.arg == "metaclass"), ""),
        decorators=[
            p for d in node.decorator_list if (p := path_of(d.func if isinstance(d, ast.Call) else d))
        ],
        stub=stub,
    )
    _define(module, qualified, made)
    made = module.definitions[qualified]
    _members(module, node.body, qualified, made, stub=stub)


def _members(
    module: Module, body: Iterable[ast.stmt], qualified: str, made: Definition, *, stub: bool
) -> None:
    for item in body:
        match item:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                _define(module, f"{qualified}.{item.name}", _function(module, item, stub=stub, owner=made))
            case ast.ClassDef():
                _class(module, item, f"{qualified}.{item.name}", stub=stub)
            case ast.If():
                _members(module, item.body, qualified, made, stub=stub)
                _members(module, item.orelse, qualified, made, stub=stub)
            case ast.Try():
                _members(module, item.body, qualified, made, stub=stub)
            case ast.Assign(targets=[ast.Name(id=field)], value=value):
                path = path_of(value)
                if path:
                    module.names.setdefault(f"{qualified}.{field}", "=" + path)
                elif isinstance(value, ast.Call) and (held := path_of(value.func)):
                    made.fields.setdefault(field, held)
            case ast.AnnAssign(target=ast.Name(id=field), annotation=note):
                if held := path_of(note):
                    made.fields.setdefault(field, held)
            case ast.Import() | ast.ImportFrom():
                for local, target in imports_of(module, item):
                    module.names.setdefault(f"{qualified}.{local}", target)
            case _:
                pass


def _function(
    module: Module,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    *,
    stub: bool,
    owner: Definition | None = None,
) -> Definition:
    found = _body(module, node.args, node.body, stub=stub, owner=owner)
    found.decorators = [
        p for d in node.decorator_list if (p := path_of(d.func if isinstance(d, ast.Call) else d))
    ]
    return found


def _body(
    module: Module,
    arguments: ast.arguments,
    body: Sequence[ast.AST],
    *,
    stub: bool,
    owner: Definition | None = None,
) -> Definition:
    scope = _Scope(module, arguments, owner)
    nodes = [n for part in body for n in ast.walk(part)]
    scope.learn(nodes)
    found = Definition(kind="f", stub=stub)
    calls: dict[Call, None] = {}
    for node in nodes:
        if isinstance(node, ast.Call):
            found.invokes |= scope.call(node, calls)
        elif isinstance(node, ast.Attribute) and path_of(node) == f"{scope.me}.{node.attr}" and scope.me:
            calls[Call(OWN, node.attr + "?", given=False)] = None  # runs only if it is a property
    found.calls = list(calls)
    return found


class _Scope:
    """What the names inside one function stand for; order of statements is not looked at."""

    def __init__(self, module: Module, arguments: ast.arguments, owner: Definition | None) -> None:
        self.module, self.owner = module, owner
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        self.me = every[0].arg if owner is not None and every else ""
        self.parameters = {a.arg for a in every if a.arg != self.me}
        self.parameters |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a}
        self.types = {a.arg: p for a in every if a.arg != self.me and (p := path_of(a.annotation))}
        self.imports: dict[str, str] = {}
        self.locals: set[str] = set()
        self.aliases: dict[str, str] = {}

    def learn(self, nodes: list[ast.AST]) -> None:
        for node in nodes:
            match node:
                case ast.Import() | ast.ImportFrom():
                    self.imports.update(t for t in imports_of(self.module, node) if t[0] != "*")
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    self.locals.add(node.name)
                case ast.Assign(targets=[target], value=value):
                    self._assigned(target, value)
                case ast.AnnAssign(target=target, value=value) if value is not None:
                    self._assigned(target, value)
                case ast.NamedExpr(target=target, value=value):
                    self._assigned(target, value)
                case ast.withitem(context_expr=value, optional_vars=target) if target is not None:
                    self._assigned(target, value)
                case ast.For(target=ast.Name(id=name)) | ast.comprehension(target=ast.Name(id=name)):
                    self.locals.add(name)
                case _:
                    pass

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        made = path_of(value.func) if isinstance(value, ast.Call) else ""
        if isinstance(target, ast.Name):
            if made:
                self.types.setdefault(target.id, made)
            elif path := path_of(value):
                self.aliases.setdefault(target.id, path)
            self.locals.add(target.id)
        elif self.owner is not None and made and self._is_field(target):
            self.owner.fields.setdefault(path_of(target).partition(".")[2], made)

    def _is_field(self, target: ast.expr) -> bool:
        return isinstance(target, ast.Attribute) and path_of(target.value) == self.me

    def call(self, node: ast.Call, calls: dict[Call, None]) -> bool:
        """Note a call; say whether it calls what the function was given."""
        given, constant = self._arguments(node)
        mode = _mode_of(node)
        for value in [*node.args, *(k.value for k in node.keywords)]:
            if path := path_of(value):  # a function handed on is taken as called
                root = path.partition(".")[0]
                if root not in self.parameters and root not in self.locals and root != self.me:
                    found = self._rooted(path, given=False, constant=True, mode="ref")
                    if found:
                        calls[found] = None
        function = node.func
        if (
            isinstance(function, ast.Name)
            and function.id in self.parameters
            and function.id not in self.imports
        ):
            return True
        if isinstance(function, ast.Call):
            inner = path_of(function.func)
            if (
                inner == "getattr"
                and len(function.args) > 1
                and not isinstance(function.args[1], ast.Constant)
            ):
                return self._mentions(function)
            if inner == "super":
                return False
        found = self._target(function, given=given, constant=constant, mode=mode)
        if found:
            calls[found] = None
        return False

    def _target(self, function: ast.expr, *, given: bool, constant: bool, mode: str) -> Call | None:
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
            inner = path_of(function.value.func)
            if inner == "super":
                return Call(PARENT, function.attr, given, constant)
            if inner and inner.partition(".")[0] not in self.locals:
                return self._typed(inner, function.attr, given=given, constant=constant, mode=mode)
        path = path_of(function)
        if path:
            return self._rooted(path, given=given, constant=constant, mode=mode)
        if isinstance(function, ast.Attribute):
            return Call(METHOD, function.attr, given, constant, mode)
        return None

    def _rooted(self, path: str, *, given: bool, constant: bool, mode: str) -> Call | None:
        root, _, rest = path.partition(".")
        for _ in range(3):
            if root not in self.aliases or root in self.imports:
                break
            path = self.aliases[root] + ("." + rest if rest else "")
            if path.partition(".")[0] == root:
                break
            root, _, rest = path.partition(".")
        if root == self.me and self.me:
            if not rest:
                return (
                    Call(OWN, "__init__", given, constant)
                    if self.me == "cls"
                    else Call(OWN, "__call__", given)
                )
            first, _, more = rest.partition(".")
            if first == "__class__":
                return Call(OWN, more or "__init__", given, constant)
            return Call(FIELD, rest, given, constant, mode) if more else Call(OWN, first, given, constant)
        if root in self.imports:
            target = self.imports[root]
            joiner = "" if target.endswith(":") or not rest else "."
            return Call(IMPORTED, target + joiner + rest, given, constant, mode)
        if root in self.types and rest:
            return self._typed(self.types[root], rest, given=given, constant=constant, mode=mode)
        if root in self.locals or root in self.parameters:
            return Call(METHOD, path.rpartition(".")[2], given, constant, mode) if rest else None
        return Call(GLOBAL, path, given, constant, mode)

    def _typed(self, made: str, method: str, *, given: bool, constant: bool, mode: str) -> Call:
        root, _, rest = made.partition(".")
        if root in self.imports:
            target = self.imports[root]
            made = target + ("" if target.endswith(":") or not rest else ".") + rest
        return Call(TYPED, f"{made}|{method}", given, constant, mode)

    def _arguments(self, node: ast.Call) -> tuple[bool, bool]:
        values = [*node.args, *(k.value for k in node.keywords)]
        given = any(
            isinstance(inner := (v.value if isinstance(v, ast.Starred) else v), ast.Name)
            and inner.id in self.parameters
            for v in values
        )
        constant = all(isinstance(v, ast.Constant) for v in values)
        return given, constant

    def _mentions(self, node: ast.AST) -> bool:
        return any(isinstance(n, ast.Name) and n.id in self.parameters for n in ast.walk(node))


def _mode_of(node: ast.Call) -> str:
    """Give the literal mode of something like ``open``: ``r`` if none is said, ``?`` if no literal."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in {"open", "fdopen", "FileIO", "NamedTemporaryFile", "ZipFile", "TarFile", "File"}:
        return ""
    for keyword in node.keywords:
        if keyword.arg == "mode":
            return str(keyword.value.value) if isinstance(keyword.value, ast.Constant) else "?"
    place = (
        0 if isinstance(node.func, ast.Attribute) and path_of(node.func.value) in {"self", "path", "p"} else 1
    )
    if len(node.args) > place:
        mode = node.args[place]
        return str(mode.value) if isinstance(mode, ast.Constant) else "?"
    return "r"
