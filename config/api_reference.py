"""The OpenAPI document as people read it: operations by tag, with their values and an example.

It decides how schemas are said in words and what an example holds; all it says is in the document.
"""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

Schema = dict[str, Any]

_TITLES = {
    "papers": "Papers",
    "listings": "Search, trending, new",
    "you": "You",
    "follows": "Followed searches",
    "lists": "Reading lists",
    "public lists": "Public lists",
}
# What stands in the example of an operation for a value of this name.
_EXAMPLES: dict[str, object] = {
    "arxiv_id": "2603.00141",
    "category": "cs.LG",
    "day": "2026-03-02",
    "ending": "bib",
    "email": "colleague@example.org",
    "in_digest": True,
    "name": "2603.00141",
    "papers": [141, 142],
    "q": "kestrel cat:cs.LG",
    "query": "kestrel cat:cs.LG",
    "title": "To read",
    "url": "https://arxiv.org/abs/2603.00141",
}


@dataclass(frozen=True, slots=True)
class Value:
    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: list[Value]
    body: list[Value]
    answers: list[tuple[str, list[Value]]]
    example: str


@dataclass(frozen=True, slots=True)
class Section:
    tag: str
    title: str
    operations: list[Operation] = field(default_factory=list)


def sections(document: Schema, site_url: str) -> list[Section]:
    """Return the operations of an OpenAPI 3.1 document by their first tag, in its order."""
    found: dict[str, Section] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation["tags"][0]
            section = found.setdefault(tag, Section(tag, _TITLES.get(tag, tag)))
            section.operations.append(_operation(document, path, method, operation, site_url))
    return list(found.values())


def _operation(
    document: Schema, path: str, method: str, operation: Schema, site_url: str
) -> Operation:
    body = _body_schema(document, operation)
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=next((name.lower() for each in operation.get("security", ()) for name in each), ""),
        parameters=[_parameter(document, each) for each in operation["parameters"]],
        body=list(_values(document, body)) if body else [],
        answers=list(_answers(document, operation)),
        example=_example(method, path, operation, body, site_url),
    )


def _parameter(document: Schema, parameter: Schema) -> Value:
    schema = parameter["schema"]
    words = parameter.get("description") or schema.get("description", "")
    return Value(
        parameter["name"], _kind(document, schema), parameter.get("required", False), words
    )


def _answers(document: Schema, operation: Schema) -> Iterator[tuple[str, list[Value]]]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            schema = answer.get("content", {}).get("application/json", {}).get("schema")
            yield status, list(_values(document, _resolved(document, schema))) if schema else []


def _body_schema(document: Schema, operation: Schema) -> Schema | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return _resolved(document, schema) if schema else None


def _resolved(document: Schema, schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


def _values(document: Schema, schema: Schema) -> Iterator[Value]:
    required = schema.get("required", ())
    for name, value in schema.get("properties", {}).items():
        words = value.get("description", "")
        yield Value(name, _kind(document, value), name in required, words)


def _kind(document: Schema, schema: Schema) -> str:
    """Say a schema in some words: "number or null", "list of Paper", "one of now, rising"."""
    if "$ref" in schema:
        resolved = _resolved(document, schema)
        return _kind(document, resolved) if "enum" in resolved else schema["$ref"].rsplit("/", 1)[1]
    for together in ("anyOf", "oneOf", "allOf"):
        if together in schema:
            return " or ".join(_kind(document, each) for each in schema[together])
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    kind = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    name = schema.get("format") or str(schema.get("type", "anything"))
    said = {"date": "day", "date-time": "moment"}.get(name) or kind.get(name, name)
    return said + _bounds(schema)


def _bounds(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None and most < 10_000:
        return f" from {least} to {most}"
    longest = schema.get("maxLength")
    return f" of at most {longest} characters" if longest else ""


def _example(method: str, path: str, operation: Schema, body: Schema | None, site_url: str) -> str:
    asked = {}
    for parameter in operation["parameters"]:
        name, where = parameter["name"], parameter["in"]
        value = _EXAMPLES.get(name, 141)
        if where == "path":
            path = path.replace(f"{{{name}}}", quote(str(value)))
        elif where == "query" and parameter.get("required"):
            asked[name] = value
    parts = ["curl"] + ([f"-X {method.upper()}"] if method != "get" else [])
    if operation.get("security"):
        parts.append('-H "Authorization: Bearer $TOKEN"')
    headers = [each for each in operation["parameters"] if each["in"] == "header"]
    parts += [f"-H {shlex.quote(each['name'] + ': 1')}" for each in headers if each["required"]]
    if body:
        parts += ["-H 'Content-Type: application/json'", f"-d {_body_example(body)}"]
    query = f"?{urlencode(asked)}" if asked else ""
    return " ".join([*parts, shlex.quote(f"{site_url}{path}{query}")])


def _body_example(body: Schema) -> str:
    properties = body.get("properties", {})
    names = body.get("required") or list(properties)[:1]
    values = {name: _EXAMPLES.get(name, _plain(properties[name])) for name in names}
    return shlex.quote(json.dumps(values))


def _plain(schema: Schema) -> object:
    kinds = {each.get("type") for each in schema.get("anyOf", [schema])}
    if "integer" in kinds:
        return 1
    if "boolean" in kinds:
        return True
    return [] if "array" in kinds else "text"
