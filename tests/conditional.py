"""Which tests may be left out: those of `make test-long`, and those that skip where something is
not there (Chromium, recorded papers, a right of root). Read from the tests, none of which is run.

A test skips by a mark, or by pytest.skip in itself, in one of its fixtures or in a function of the
tests that these call; a module of tests by importorskip.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import CodeType, FunctionType
from typing import Any

import pytest

LONG = "Played by make test-long."
_SKIPS = {"skip", "importorskip", "xfail"}
_CALLS = {f"pytest.{name}" for name in _SKIPS}


def conditions(item: pytest.Item) -> list[str]:
    """Return why a test may be left out, a sentence each; none of one that is always played."""
    found = [LONG] if item.get_closest_marker("long") else []
    for name in ("skip", "skipif", "xfail"):
        found += [_reason(mark) for mark in item.iter_markers(name)]
    if isinstance(item, pytest.Function):
        found += _of_module(item.module)
        for function in (item.function, *_fixtures(item)):
            found += _of_function(inspect.unwrap(function))
    return list(dict.fromkeys(found))


def _reason(mark: pytest.Mark) -> str:
    return str(mark.kwargs.get("reason") or f"Marked {mark.name}.")


def _fixtures(item: pytest.Function) -> Iterator[Callable[..., Any]]:
    for definitions in item._fixtureinfo.name2fixturedefs.values():
        yield from (definition.func for definition in definitions)


@cache
def _of_module(module: Any) -> tuple[str, ...]:
    """Return why a module is left out as a whole, where it may be."""
    body = ast.parse(inspect.getsource(module)).body
    return tuple(_reasons(node for node in body if isinstance(node, ast.Expr | ast.Assign)))


@cache
def _of_function(function: Any) -> tuple[str, ...]:
    """Return the reasons of every pytest.skip that a function and those it calls may come to."""
    found: list[str] = []
    waiting, seen = [function], {function}
    while waiting:
        each = waiting.pop()
        if not isinstance(each, FunctionType) or not each.__module__.startswith("tests."):
            continue
        names = set(_names(each.__code__))
        if names & _SKIPS:
            found += _reasons([ast.parse(textwrap.dedent(inspect.getsource(each)))])
        read = [each.__globals__[name] for name in names & each.__globals__.keys()]
        called = {inspect.unwrap(value) for value in read if isinstance(value, FunctionType)}
        waiting += called - seen
        seen |= called
    return tuple(found)


def _names(code: CodeType) -> Iterator[str]:
    """All names that a function and those within it read."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _reasons(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The words of each call of pytest.skip and its like; what they put in stays in braces."""
    for node in nodes:
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in _CALLS:
                given = [each.value for each in call.keywords if each.arg in ("reason", "msg")]
                words = (given or call.args or [ast.Constant("It skips itself.")])[0]
                yield _in_words(words)


def _in_words(words: ast.expr) -> str:
    return str(words.value) if isinstance(words, ast.Constant) else ast.unparse(words).strip("f'\"")
