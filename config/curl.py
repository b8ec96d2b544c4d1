"""A command that shows how an operation of the API is called: right in form, with made-up content."""

import json
from collections.abc import Callable
from typing import Any

from config.fields import Schema

Plain = Callable[[Schema], tuple[Schema, bool]]

_BY_FORMAT = {
    "uuid": "00000000-0000-7000-8000-000000000000",
    "date-time": "2030-01-31T09:00:00Z",
    "email": "name@example.com",
    "uri": "https://example.com/",
}
# Where the form alone would give what the server refuses.
_BY_NAME = {
    "time_zone": "Europe/Berlin",
    "starts_at": "2030-01-31T09:00:00Z",
    "ends_at": "2030-01-31T10:00:00Z",
    "until": "2030-01-31T10:00:00Z",
    "url": "https://example.com/webhooks",
    "starts": "09:00",
    "ends": "17:00",
}
_HEADERS = {"Idempotency-Key": "$(uuidgen)", "If-Match": "$ETAG"}


def command(*, address: str, method: str, operation: Schema, plain: Plain) -> str:
    """For a shell: ``$TOKEN``, and ``$ID`` and the like in the address, are the caller's to set."""
    query = []
    for parameter in operation["parameters"]:
        name = parameter.get("name", "")
        if parameter.get("in") == "path":
            address = address.replace(f"{{{name}}}", f"${name.upper()}")
        elif parameter.get("in") == "query" and parameter.get("required"):
            query.append(f"{name}={sample(parameter['schema'], plain, name)}")
    address += "?" + "&".join(query) if query else ""
    named = {parameter.get("name") for parameter in operation["parameters"]}
    lines = [f'curl "{address}"' if method == "get" else f'curl -X {method.upper()} "{address}"']
    lines.append('-H "Authorization: Bearer $TOKEN"')
    lines += [f'-H "{name}: {value}"' for name, value in _HEADERS.items() if name in named]
    if "requestBody" in operation:
        body = body_of(operation, plain)
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(body, indent=2, ensure_ascii=False)}'"]
    if any(kind != "application/json" for kind in operation["responses"].get("200", {}).get("content", ())):
        lines.append("-OJ")  # a file, by the name that the server gives it
    return " \\\n  ".join(lines)


def body_of(operation: Schema, plain: Plain) -> Any:
    """What has to be there, and no more; of what has to have nothing, its first field."""
    return sample(operation["requestBody"]["content"]["application/json"]["schema"], plain)


def sample(schema: Schema, plain: Plain, name: str = "") -> Any:
    schema, _may_be_null = plain(schema)
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], plain, name)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            wanted = schema.get("required") or list(parts)[:1]
            return {part: sample(parts[part], plain, part) for part in parts if part in wanted}
        case "array":
            return [sample(schema["items"], plain, name)]
        case "integer" | "number":
            return schema.get("default", max(schema.get("minimum", 1), 1))
        case "boolean":
            return True
        case _:
            return _BY_FORMAT.get(schema.get("format", "")) or _BY_NAME.get(name) or name or "text"
