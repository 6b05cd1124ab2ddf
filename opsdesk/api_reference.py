"""An OpenAPI schema as lists of fields, for a page to read out (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """`depth`: how far inside other fields it stands."""

    name: str
    kind: str
    words: str
    depth: int = 0


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str
    words: str
    scope: str
    asks: list[Field]
    answers: list[Field]
    refusals: list[Field]

    @property
    def anchor(self) -> str:
        return f"{self.method}{self.path}".lower().replace("/", "-").replace("{", "").replace("}", "").strip("-")


def endpoints(schema: dict[str, Any]) -> Iterator[Endpoint]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield _endpoint(schema, method.upper(), path, operation)


def _endpoint(schema: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Endpoint:
    responses = operation["responses"]
    asked = [_parameter(schema, one) for one in operation.get("parameters", [])]
    good: dict[str, Any] = next((responses[code] for code in sorted(responses) if code < "300"), {})
    return Endpoint(
        method,
        path,
        operation.get("description", ""),
        operation.get("x-scope", ""),
        asked + _fields(schema, operation.get("requestBody", {})),
        _fields(schema, good),
        [Field(code, "", one["description"]) for code, one in sorted(responses.items()) if code >= "400"],
    )


def _parameter(schema: dict[str, Any], one: dict[str, Any]) -> Field:
    shape = one["schema"] | {"description": one.get("description", "")}
    return Field(one["name"], _kind(shape), _words(schema, shape))


def _fields(schema: dict[str, Any], body: dict[str, Any]) -> list[Field]:
    """The fields of what is sent or answered, and those of the things it is made of."""
    contents: list[dict[str, Any]] = list(body.get("content", {}).values())
    return [each for content in contents[:1] for each in _members(schema, content["schema"])]


def _members(schema: dict[str, Any], shape: dict[str, Any], depth: int = 0) -> list[Field]:
    """The fields of a thing, each followed by those inside it."""
    found: list[Field] = []
    for name, one in _resolved(schema, shape).get("properties", {}).items():
        found += [Field(name, _kind(one), _words(schema, one), depth), *_members(schema, one, depth + 1)]
    return found


def _words(schema: dict[str, Any], one: dict[str, Any]) -> str:
    choices = ", ".join(str(choice) for choice in _resolved(schema, one).get("enum", []) if choice)
    told = one.get("description") or one.get("title", "")
    return f"{told}: {choices}" if told and choices else told or choices


def _kind(one: dict[str, Any]) -> str:
    """The JSON type, or the format where that tells more."""
    if any(word in one for word in ("$ref", "allOf", "additionalProperties")):
        return "object"
    kind = str(one.get("type", "string"))
    return str(one.get("format", kind)) if kind == "string" else kind


def _resolved(schema: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """Through lists, references and alternatives to the thing that has properties or choices."""
    if "items" in shape:
        return _resolved(schema, shape["items"])
    for inner in [*shape.get("allOf", []), *shape.get("oneOf", [])][:1]:
        return _resolved(schema, inner)
    if "$ref" in shape:
        return _resolved(schema, schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]])
    return shape
