"""One small change of a module's source after another: what a slip of the hand could make of it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from libraries.rules.levels import Action, Kind, Level

NEIGHBOURS: dict[str, list[str]] = {enum.__name__: [member.name for member in enum] for enum in (Level, Kind, Action)}
COMPARED: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
COMBINED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
LEFT_OUT = {"filter", "exclude", "order_by", "select_for_update", "keep", "lower", "removeprefix", "values"}
"""Methods that give back something like what they are called on: a chain goes on without them."""
NOT_READ = {"annotation", "returns", "decorator_list", "bases"}


@dataclass(frozen=True)
class Mutant:
    """A module with one change. `name` stays the same while other lines change."""

    name: str
    function: str | None
    lines: range
    tree: ast.Module


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Each change alone. function: the outermost function or method that it is in; None for the module's own level."""
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    for path, node, statement, function in _walk(tree, (), tree, None):
        for change in _changes(node):
            mutated = deepcopy(tree)
            parent, field = _at(mutated, path[:-1]), path[-1]
            new = change(deepcopy(node))
            _put(parent, field, new)
            name = f"{module}.{function or 'top'}: {_told(node)} -> {_told(new)}{_where(node, _at(tree, path[:-1]))}"
            seen[name] += 1
            name += f" #{seen[name]}" if seen[name] > 1 else ""
            lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
            yield Mutant(name, function, lines, ast.fix_missing_locations(mutated))


def _told(node: Any, length: int = 160) -> str:
    return " ".join(ast.unparse(node).split())[:length]


def _where(node: ast.AST, around: ast.AST) -> str:
    return f" in {_told(around, 80)}" if isinstance(node, ast.Constant | ast.Attribute) else ""


Path = tuple[Any, ...]


def _walk(node: ast.AST, path: Path, statement: Any, function: str | None) -> Iterator[tuple[Path, Any, Any, Any]]:
    """Every node with the way to it, the statement and the outermost function that it is in."""
    for field, value in ast.iter_fields(node):
        if field in NOT_READ or isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST):
                continue
            here = (*path, (field, index))
            within = child if isinstance(child, ast.stmt) else statement
            named = function
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and function is None:
                named = f"{node.name}.{child.name}" if isinstance(node, ast.ClassDef) else child.name
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if isinstance(child, ast.arguments) and not isinstance(node, ast.Lambda) and _is_outermost(node, function):
                named = None  # defaults are made when the function is
            yield here, child, within, named
            yield from _walk(child, here, within, named)


def _is_outermost(node: Any, function: str | None) -> bool:
    return function is not None and function.rpartition(".")[2] == node.name


def _at(node: Any, path: Path) -> Any:
    for field, index in path:
        node = getattr(node, field) if index is None else getattr(node, field)[index]
    return node


def _put(parent: Any, place: tuple[str, int | None], new: ast.AST) -> None:
    field, index = place
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new


Change = Callable[[Any], ast.AST]


def _changes(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare(ops=[op]):
            yield from (_with(ops=[other()]) for other in COMPARED[type(op)])
        case ast.BoolOp(op=op, values=values):
            yield _with(op=ast.And() if isinstance(op, ast.Or) else ast.Or())
            yield from (_without(index) for index in range(len(values)))
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            yield lambda node: node.operand
        case ast.BinOp(op=op) if type(op) in COMBINED:
            yield _with(op=COMBINED[type(op)]())
        case ast.Constant(value=bool(value)):
            yield _with(value=not value)
        case ast.Constant(value=int(value)):
            yield _with(value=value + 1)
        case ast.Attribute(value=ast.Name(id=enum), attr=attr) if attr in NEIGHBOURS.get(enum, ()):
            names = NEIGHBOURS[enum]
            yield _with(attr=names[(names.index(attr) + 1) % len(names)])
        case ast.Call():
            yield from _changed_calls(node)
        case _:
            yield from _changed_statements(node)


def _changed_calls(node: ast.Call) -> Iterator[Change]:
    if isinstance(node.func, ast.Attribute) and node.func.attr in LEFT_OUT:
        yield lambda node: node.func.value
    yield from (_without_keyword(index) for index, keyword in enumerate(node.keywords) if keyword.arg)


def _changed_statements(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if _is_plain(test):
            yield lambda node: _with(test=ast.UnaryOp(ast.Not(), node.test))(node)
        case ast.comprehension(ifs=[_, *_]):
            yield lambda node: _with(ifs=[])(node)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield _with(value=ast.Constant(None))
        case ast.Raise() | ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue():
            yield lambda node: ast.copy_location(ast.Pass(), node)


def _is_plain(test: ast.expr) -> bool:
    """What is not changed by itself."""
    return not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _with(**fields: Any) -> Change:
    def change(node: Any) -> Any:
        for name, value in fields.items():
            setattr(node, name, value)
        return node

    return change


def _without(index: int) -> Change:
    def change(node: Any) -> Any:
        del node.values[index]
        return node.values[0] if len(node.values) == 1 else node

    return change


def _without_keyword(index: int) -> Change:
    def change(node: Any) -> Any:
        del node.keywords[index]
        return node

    return change
