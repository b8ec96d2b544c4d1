"""The document of the API as the page shows it: nouns, their fields, what can be done with them. No queries."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rest.schema import COUNTED
from config.curl import command
from config.fields import Fields, Row, Schema, worded

# Heading of the menu → the words of scopes whose nouns stand under it.
GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("Question bank"), ("questions", "imports", "vocabulary")),
    (gettext_lazy("Jobs and plans"), ("jobs", "loop-templates", "loop-plans")),
    (gettext_lazy("Candidates and loops"), ("candidates", "loops")),
    (gettext_lazy("Panels"), ("interviewers", "bookings")),
    (gettext_lazy("Evidence and decisions"), ("scorecards", "debriefs", "packets")),
    (gettext_lazy("Other systems"), ("events", "webhooks", "exports")),
    (gettext_lazy("Administration"), ("users", "tokens", "audit")),
)
_JSON = "application/json"
# They are on every answer, and the first page says so.
_EVERYWHERE = {"X-Request-Id", *COUNTED}
# Path, method and the operation there, as the document has it.
_Found = tuple[str, str, Schema]


@dataclass(frozen=True)
class Answer:
    """One status and its meaning; ``gives`` says what the body holds."""

    status: str
    text: SafeString
    gives: str = ""
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: SafeString
    texts: list[SafeString]
    scope: str
    parameters: list[Row]
    # Content type → its fields.
    bodies: dict[str, list[Row]]
    answers: list[Answer]
    # The fields of an answer that looks like nothing above it.
    gives: list[Row]
    refusals: list[Answer]
    example: str


@dataclass(frozen=True)
class Noun:
    name: str
    texts: list[SafeString]
    fields: list[Row]
    operations: list[Operation]


@dataclass(frozen=True)
class Entry:
    """A noun in the menu, with the first sentence about it."""

    name: str
    text: SafeString


class Reference:
    """A document as ``config.document`` makes it, framed in the language of the moment."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._fields = Fields(document["components"])
        self._tags: dict[str, str] = {tag["name"]: tag["description"] for tag in document["tags"]}
        self._operations: dict[str, list[_Found]] = {name: [] for name in self._tags}
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                self._operations[operation["tags"][0]].append((path, method, operation))

    @property
    def basics(self) -> str:
        """What holds for every operation, as Markdown."""
        return str(self._document["info"]["description"])

    @property
    def site(self) -> str:
        return str(self._document["servers"][0]["url"])

    @property
    def example(self) -> str:
        """A first request: whose token is it?"""
        path = next(iter(self._document["paths"]))
        operation = self._document["paths"][path]["get"]
        return command(address=self.site + path, method="get", operation=operation, plain=self._fields.plain)

    def groups(self) -> list[tuple[str, list[Entry]]]:
        """The menu: every noun once."""
        words = {name: _scope(found[0][2]).partition(":")[0] for name, found in self._operations.items()}
        return [
            (
                str(label),
                [
                    self._entry(name)
                    for word in scopes
                    for name in sorted(words, key=word.__ne__)
                    if words[name] == word
                ],
            )
            for label, scopes in GROUPS
        ]

    def refusals(self) -> list[Answer]:
        """Every status that says no."""
        shared = self._document["components"]["responses"]
        return [Answer(name.removeprefix("Refused"), worded(it["description"])) for name, it in shared.items()]

    def refusal(self) -> list[Row]:
        """What the body of a refusal holds."""
        return list(self._fields.rows(self._document["components"]["schemas"]["Problem"]))

    def headers(self) -> list[tuple[str, SafeString]]:
        """What stands in the headers of answers."""
        return [(name, worded(it["description"])) for name, it in self._document["components"]["headers"].items()]

    def noun(self, name: str) -> Noun:
        """One noun and all that can be done with it. Raises KeyError where there is none of that name."""
        found = self._operations[name]
        shape = _shape(found)
        included = {value for row in self._parameters(found[0][2]) if row.name == "include" for value in row.values}
        return Noun(
            name=name,
            texts=_paragraphs(self._tags[name]),
            fields=list(self._fields.rows(shape, on_request=included)),
            operations=[self._operation(*it, shape) for it in found],
        )

    def _entry(self, name: str) -> Entry:
        first, stop, _rest = self._tags[name].partition("\n\n")[0].partition(". ")
        return Entry(name, worded(first + stop.strip()))

    def _operation(self, path: str, method: str, operation: Schema, shape: Schema) -> Operation:
        told = operation["description"].rpartition("Scope: ")[0]
        bodies = operation.get("requestBody", {"content": {}})["content"]
        answers = operation["responses"]
        special = [body for it in answers.values() if (body := _body(it)) and not _is_usual(body, shape)]
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=worded(operation["summary"]),
            texts=_paragraphs(told),
            scope=_scope(operation),
            parameters=self._parameters(operation),
            bodies={kind: list(self._fields.rows(it["schema"], marked=True)) for kind, it in bodies.items()},
            answers=[_answer(status, it, shape) for status, it in answers.items() if "$ref" not in it],
            gives=list(self._fields.rows(special[0])) if special else [],
            refusals=[
                Answer(status, worded(self._fields.at(it)["description"]))
                for status, it in answers.items()
                if "$ref" in it
            ],
            example=command(address=self.site + path, method=method, operation=operation, plain=self._fields.plain),
        )

    def _parameters(self, operation: Schema) -> list[Row]:
        places = {"path": _("in the path"), "query": _("in the query"), "header": _("header")}
        found = [self._fields.at(it) for it in operation["parameters"]]
        return [
            self._fields.row(
                it["name"],
                it["schema"] | {"description": it.get("description", "")},
                is_required=it.get("required", False) and it["in"] != "path",
                note=places[it["in"]],
            )
            for place in places
            for it in found
            if it["in"] == place
        ]


def _shape(operations: list[_Found]) -> Schema:
    """What one thing looks like: as in the list of them."""
    bodies = (_body(operation["responses"].get("200", {})) for _path, _method, operation in operations)
    first = next(body for body in bodies if body)
    return _one_of_page(first) or first


def _body(answer: Schema) -> Schema:
    """The schema of an answer in JSON; empty where it has none."""
    return dict(answer.get("content", {}).get(_JSON, {}).get("schema", {}))


def _one_of_page(body: Schema) -> Schema:
    return dict(body.get("properties", {}).get("results", {}).get("items", {}))


def _is_usual(body: Schema, shape: Schema) -> bool:
    return shape in (body, _one_of_page(body))


def _answer(status: str, answer: Schema, shape: Schema) -> Answer:
    body = _body(answer)
    if not answer.get("content"):
        gives = _("No body.")
    elif body == shape:
        gives = _("The fields above.")
    elif body and _one_of_page(body) == shape:
        gives = _("Things with the fields above as results; next is the cursor of the next page, or null.")
    elif body:
        gives = _("The fields below.")
    else:
        gives = ", ".join(answer["content"])
    return Answer(
        status,
        worded(answer.get("description", "")),
        gives,
        tuple(it for it in answer.get("headers", ()) if it not in _EVERYWHERE),
    )


def _scope(operation: Schema) -> str:
    return str(operation["security"][0]["token"][0])


def _paragraphs(text: str) -> list[SafeString]:
    return [worded(" ".join(it.split())) for it in text.strip().split("\n\n") if it]
