"""The API's document as a Postman collection (v2.1), which Bruno and Insomnia read too. See bin/collection."""

import json
import os
import sys
from pathlib import Path

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE = "{{url}}"
# For what a body or an address needs and nobody can know beforehand.
SOME_ID = "00000000-0000-7000-8000-000000000000"


def collection(document: dict) -> dict:
    folders = [{"name": tag["name"], "description": tag["description"], "item": []} for tag in document["tags"]]
    by_name = {folder["name"]: folder for folder in folders}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_name[operation["tags"][0]]["item"].append(_request(document, path, method, operation))
    return {
        "info": {"name": document["info"]["title"], "description": document["info"]["description"], "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [{"key": "url", "value": "http://127.0.0.1:8000"}, {"key": "token", "value": ""}],
        "item": folders,
    }


def _request(document: dict, path: str, method: str, operation: dict) -> dict:
    wanted = [it for it in operation["parameters"] if "name" in it]
    headers = [
        {"key": it["name"], "value": {"Idempotency-Key": "{{$guid}}"}.get(it["name"], "*")}
        for it in wanted
        if it["in"] == "header" and it.get("required")
    ]
    query = [
        {"key": it["name"], "value": "", "description": it.get("description", ""), "disabled": True}
        for it in wanted
        if it["in"] == "query"
    ]
    for parameter in query:
        parameter["disabled"] = not _is_required(wanted, parameter["key"])
    names = [it["name"] for it in wanted if it["in"] == "path"]
    address = "/".join(f":{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/"))
    request = {
        "method": method.upper(),
        "description": operation.get("description", ""),
        "header": headers,
        "url": {
            "raw": f"{BASE}/{address}",
            "host": [BASE],
            "path": address.split("/"),
            "query": query,
            "variable": [{"key": name, "value": SOME_ID} for name in names],
        },
    }
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        headers.append({"key": "Content-Type", "value": "application/json"})
        body = json.dumps(_example(document, schema), indent=2, ensure_ascii=False)
        request["body"] = {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}}
    return {"name": f"{operation['summary']} ({operation['operationId']})", "request": request}


def _is_required(wanted: list[dict], name: str) -> bool:
    return any(it["name"] == name and it.get("required") for it in wanted)


def _example(document: dict, schema: dict) -> object:
    """The smallest value that the schema takes, with what is required."""
    if "$ref" in schema:
        return _example(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for alternatives in ("oneOf", "anyOf", "allOf"):
        if alternatives in schema:
            return _example(document, schema[alternatives][0])
    if "default" in schema or "enum" in schema:
        return schema.get("default", schema.get("enum", [None])[0])
    kind = schema.get("type", "object")
    match kind if isinstance(kind, str) else kind[0]:
        case "object":
            names = schema.get("required", [])
            return {name: _example(document, schema["properties"][name]) for name in names}
        case "array":
            return [_example(document, schema["items"])] if schema.get("minItems") else []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case _:
            texts = {
                "uuid": SOME_ID,
                "date-time": "2031-01-06T09:00:00Z",
                "email": "a@example.com",
                "uri": "https://example.com",
            }
            return texts.get(schema.get("format", ""), "text")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config.document import document

    made = collection(json.loads(document("")[0]))
    Path(sys.argv[1]).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
