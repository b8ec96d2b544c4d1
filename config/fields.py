"""Schemas of the API's document, worded: what a field is, what it may hold, what it means."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

Schema = dict[str, Any]

# Type or format → what one is, what many are.
_KINDS: dict[str, tuple[Promise, Promise]] = {
    "string": (gettext_lazy("text"), gettext_lazy("texts")),
    "integer": (gettext_lazy("whole number"), gettext_lazy("whole numbers")),
    "number": (gettext_lazy("number"), gettext_lazy("numbers")),
    "boolean": (gettext_lazy("true or false"), gettext_lazy("true or false")),
    "object": (gettext_lazy("object"), gettext_lazy("objects")),
    "any": (gettext_lazy("any JSON"), gettext_lazy("any JSON")),
    "uuid": (gettext_lazy("id"), gettext_lazy("ids")),
    "date-time": (gettext_lazy("date and time"), gettext_lazy("dates and times")),
    "email": (gettext_lazy("e-mail address"), gettext_lazy("e-mail addresses")),
    "uri": (gettext_lazy("URL"), gettext_lazy("URLs")),
    "binary": (gettext_lazy("file"), gettext_lazy("files")),
}
# What many things have, and the document does not say again each time.
_KNOWN: dict[str, Promise] = {
    "id": gettext_lazy("Its own; it never changes."),
    "external_ids": gettext_lazy("What other systems call it: name of the system → id there."),
    "created_at": gettext_lazy("When it came to be."),
    "updated_at": gettext_lazy("When it last changed."),
}
# Formats that change what a number may be, not what it is.
_WIDTHS = {"double", "int64"}
_CODE = re.compile(r"`+([^`]+)`+")


@dataclass(frozen=True)
class Row:
    """A field or a parameter. ``under`` is the path to what it is a part of, such as ``rounds[].``."""

    name: str
    under: str
    kind: str
    limits: list[str]
    values: list[str]
    text: SafeString
    # Is the text the document's own (in English), or ours?
    is_quoted: bool
    is_required: bool
    note: str = ""


def worded(text: str) -> SafeString:
    """One line of the document: code in backticks, everything else as it is."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S308 -- escaped before


class Fields:
    """Rows of schemas that may refer to ``components``."""

    def __init__(self, components: Schema) -> None:
        self._components = components

    def at(self, schema: Schema) -> Schema:
        """What a reference stands for; anything else is itself."""
        while "$ref" in schema:
            *_path, section, name = schema["$ref"].split("/")
            schema = self._components[section][name]
        return schema

    def plain(self, schema: Schema) -> tuple[Schema, bool]:
        """The schema without references and without null, and whether it may be null."""
        schema = self.at(schema)
        found = schema.get("oneOf") or schema.get("anyOf")
        if found:
            options = [it for it in found if it.get("type") != "null"]
            if len(options) > 1:
                return schema | {"anyOf": options}, len(options) < len(found)
            inner, _null = self.plain(options[0])
            return inner | {key: schema[key] for key in ("description",) if key in schema}, True
        types = schema.get("type")
        if not isinstance(types, list):
            return schema, False
        values = {"enum": [it for it in schema["enum"] if it is not None]} if "enum" in schema else {}
        return schema | values | {"type": next(it for it in types if it != "null")}, "null" in types

    def rows(
        self, schema: Schema, under: str = "", on_request: Collection[str] = (), *, marked: bool = False
    ) -> Iterator[Row]:
        """Every field and the fields inside it, in the document's order.

        ``marked``: say which are required (of bodies). ``on_request``: fields that ?include= asks for.
        """
        schema, _null = self.plain(schema)
        required = set(schema.get("required", ())) if marked else set()
        for name, part in schema.get("properties", {}).items():
            note = _("on request") if name in on_request else ""
            yield self.row(name, part, under=under, is_whole=not under, is_required=name in required, note=note)
            inner, depth = self._inside(part)
            if "properties" in inner:
                yield from self.rows(inner, f"{under}{name}{'[]' * depth}.", marked=marked)

    def row(
        self,
        name: str,
        schema: Schema,
        *,
        under: str = "",
        is_whole: bool = False,
        is_required: bool = False,
        note: str = "",
    ) -> Row:
        """``is_whole``: a field of a thing, not of a part of it; some of these have their meaning from here."""
        inner, _depth = self._inside(schema)
        plain, may_be_null = self.plain(schema)
        kind = self.kind(plain)
        said = schema.get("description") or plain.get("description", "")
        text = said or (str(_KNOWN.get(name, "")) if is_whole else "")
        return Row(
            name=name,
            under=under,
            kind=_("%(kind)s or null") % {"kind": kind} if may_be_null else kind,
            limits=self._limits(plain),
            values=[str(it) for it in inner.get("enum", ())],
            text=worded(text),
            is_quoted=bool(said),
            is_required=is_required,
            note=note,
        )

    def kind(self, schema: Schema, *, many: bool = False) -> str:
        """The type in plain words."""
        schema, _null = self.plain(schema)
        if "anyOf" in schema:
            kinds = dict.fromkeys(self.kind(it, many=many) for it in schema["anyOf"])
            return _(" or ").join(kinds)
        if schema.get("type") == "array":
            words = _("lists of %(kinds)s") if many else _("list of %(kinds)s")
            return words % {"kinds": self.kind(schema["items"], many=True)}
        values = schema.get("additionalProperties")
        if isinstance(values, dict) and "properties" not in schema:
            return _("names, each with: %(kind)s") % {"kind": self.kind(values)}
        found = schema.get("format", "")
        key = schema.get("type", "any") if not found or found in _WIDTHS else found
        return str(_KINDS[key][many])

    def _inside(self, schema: Schema) -> tuple[Schema, int]:
        """What a list holds at last, and how many lists are around it."""
        schema, _null = self.plain(schema)
        depth = 0
        while schema.get("type") == "array":
            schema, _null = self.plain(schema["items"])
            depth += 1
        return schema, depth

    def _limits(self, schema: Schema) -> list[str]:
        found = [_lengths(schema), _sizes(schema), _range(schema)]
        pattern = schema.get("pattern") or schema.get("propertyNames", {}).get("pattern")
        if pattern and pattern != r"\S":
            found.append(_("form %(pattern)s") % {"pattern": pattern})
        if schema.get("type") == "array":
            each = ", ".join(self._limits(self.plain(schema["items"])[0]))
            found.append(_("each %(limits)s") % {"limits": each} if each else "")
        if "default" in schema:
            found.append(_("%(value)s unless given") % {"value": json.dumps(schema["default"], ensure_ascii=False)})
        return [it for it in found if it]


def _lengths(schema: Schema) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if most == 0:
        return _("empty")
    if most is None:
        return _("not empty") if least else ""
    if least:
        return _("%(least)s to %(most)s characters") % {"least": least, "most": most}
    return ngettext("at most %(most)s character", "at most %(most)s characters", most) % {"most": most}


def _sizes(schema: Schema) -> str:
    least, most = schema.get("minItems", 0), schema.get("maxItems") or schema.get("maxProperties")
    if most is None:
        return _("not empty") if least else ""
    if least:
        return _("%(least)s to %(most)s entries") % {"least": least, "most": most}
    return ngettext("at most %(most)s entry", "at most %(most)s entries", most) % {"most": most}


def _range(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return _("%(least)s to %(most)s") % {"least": least, "most": most}
    if least is not None:
        return _("at least %(least)s") % {"least": least}
    return _("at most %(most)s") % {"most": most} if most is not None else ""
