r"""Our own Markdown export: every field of a question in a file that people can read and edit.

The form, line by line. Lines end with ``\n``; the file is UTF-8. Two line beginnings make the frame, and only
at the margin and outside fences: ``# `` and ``## ``; below a question also ``### `` with a known name.

::

    # Category                     verbatim up to the end of the line; holds until the next one

    ## Title                       starts a question; verbatim up to the end of the line

    ```yaml loopwright             its metadata, right below (blank lines between do not matter)
    key: 01934…                    strings; every field may be missing
    language: zh-hans
    minutes: 15
    difficulty: 3
    tags: [a, b]
    competencies: {architecture: 60, performance: 40}
    roles: [llm-engineer]
    seniority: [mid, senior]       from, to
    enemies: [01935…]
    state: published               state, version: for information, not read
    version: 2
    number: Q1
    title: "…"                     wins over the heading; needed where the heading cannot say it
    category: "…"                  wins over the last ``# ``; ``""`` for a question without category
    titles: {zh-hans: "…"}         titles of translations that their headings cannot say
    ```

    ### Prompt                     then a text
    ### Context                    then a text
    ### Reference answer           then a text
    ### Probes                     then a list: ``- ``
    ### Rubric                     then a list of five: ``1. `` … ``5. ``
    ### Text zh-hans: Title        a translation; the parts after it, named as above, are its own

A part that is empty is left out. Between a heading and what follows stands a blank line, and before every heading.
Blank lines around a part do not belong to it.

A *text* has one of three forms, the first that can say it:

1. as it is: it is not empty, has no blank first or last line (blank: nothing but white space), no line that begins
   with ``#``, and no line whose first signs after white space are ```` ``` ```` or ``~~~``;
2. between ``~~~~markdown`` and ``~~~~``, each on a line of its own at the margin: every line between is verbatim,
   joined by ``\n``. Both marks have the same number of ``~``, at least four and more than any run of ``~`` inside;
3. between ``~~~~json`` and ``~~~~``: a JSON array of strings, whose pieces put together are the text. It is needed
   where a text holds what a file of lines cannot keep: ``\r``, ``\0``, half a surrogate pair, or a line of more
   than 50,000 characters (pieces of at most 10,000, each on a line of its own). ``~`` cannot begin a line of JSON,
   so four are enough.

A *list* has one of two forms: 1. items as they are: ``- `` (in a rubric ``1. `` and so on) and the item's first line,
then its other lines, indented by two (in a rubric three) spaces where they are not empty; this can say items that
are not empty and do not begin or end with ``\n``. 2. The JSON form, where each string of the array is one item.

A title (also a translation's, also a category) can stand in its heading when it is not empty, has no ``\n`` or
``\r``, no white space at either end and no sign that form 3 is needed for. Otherwise the heading shows something
like it, and the metadata says it. Metadata are written with ``yaml.safe_dump(…, allow_unicode=True)``.

Whoever edits such a file by hand may leave out the metadata, add headings of other names (they stay in the text
where they are) and write code fences as usual.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from questionbank.formats.frontmatter import MetadataError, Value, plain_fields, read_mapping, text_of, texts_of
from questionbank.formats.reading import BankReading, ReadProblem, ReadQuestion, ReadText
from questionbank.formats.wording import language_of

METADATA = "```yaml loopwright"
PARTS = {
    "### Prompt": "prompt",
    "### Context": "context",
    "### Reference answer": "reference_answer",
    "### Probes": "probes",
    "### Rubric": "anchors",
}
TRANSLATION = "### Text "

_FENCE = re.compile(r"(`{3,}|~{3,})([^`]*)$")
_BULLET = re.compile(r"- ")
_ORDINAL = re.compile(r"\d{1,2}\. ")
_RUBRIC_LEVELS = 5


def is_own_form(lines: Sequence[str]) -> bool:
    return METADATA in lines


def read_own_markdown(lines: Sequence[str]) -> BankReading:
    """Read an export of ours; what somebody broke by hand is read as far as it goes, and doubted."""
    reader = _Reader(lines)
    return BankReading(tuple(reader.questions()), tuple(reader.problems))


@dataclass(slots=True)
class _Words:
    """The parts of a question in one language: the lines below each heading."""

    language: str
    title: str
    parts: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Entry:
    """A question while its lines come by. ``words`` starts with its first language."""

    line: int
    category: str
    words: list[_Words]
    fields: dict[str, Value] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.problems: list[ReadProblem] = []

    def questions(self) -> list[ReadQuestion]:
        found = []
        for entry in self._entries():
            found.append(_question(entry))
        return found

    def _entries(self) -> list[_Entry]:
        """Walk the lines once: the frame at the margin, everything else into the part it stands in."""
        entries: list[_Entry] = []
        category, at = "", 0
        into: list[str] = []  # what stands ahead of the first question is let go
        while at < len(self.lines):
            line = self.lines[at]
            at += 1
            if line.startswith("#"):
                if line.startswith("# "):
                    category, into = line[2:], []
                elif line.startswith("## "):
                    entries.append(_Entry(at, category, [_Words("", line[3:])]))
                    at, into = self._metadata(entries[-1], at)
                else:
                    into = _part(entries[-1], line, into) if entries else into
            elif line.startswith(("```", "~~~")):
                end = self._fence_end(at - 1)
                into.extend(self.lines[at - 1 : end])
                at = end
            else:
                into.append(line)
        return entries

    def _fence_end(self, start: int) -> int:
        """The line after a fence; one that never ends is a problem and holds only itself."""
        opening = _FENCE.match(self.lines[start])
        if opening is None:
            return start + 1
        mark = opening[1]
        for at in range(start + 1, len(self.lines)):
            line = self.lines[at].rstrip()
            if line.startswith(mark) and not line.strip(mark[0]):
                return at + 1
        self.problems.append(ReadProblem(start + 1, "unclosed_code"))
        return len(self.lines)

    def _metadata(self, entry: _Entry, at: int) -> tuple[int, list[str]]:
        """Read the block below a question's heading, if there is one; where the parts begin."""
        start = at
        while start < len(self.lines) and not self.lines[start].strip():
            start += 1
        # Without a part's heading, what stands below is the prompt.
        prompt = entry.words[0].parts.setdefault("prompt", [])
        if start == len(self.lines) or self.lines[start].rstrip() != METADATA:
            return at, prompt
        end = self._fence_end(start)
        block = "\n".join(self.lines[start + 1 : end - 1])
        try:
            entry.fields = read_mapping(block)
        except MetadataError as error:
            self.problems.append(ReadProblem(start + 2 + error.line, error.code))
            entry.doubts.append("bad_metadata")
            entry.fields = plain_fields(block) if error.code == "bad_yaml" else {}
        return end, prompt


def _part(entry: _Entry, heading: str, into: list[str]) -> list[str]:
    """Where the lines below a heading go; one of an unknown name belongs to the text it stands in."""
    name = PARTS.get(heading.rstrip())
    if name is not None:
        return entry.words[-1].parts.setdefault(name, [])
    language, colon, title = heading.removeprefix(TRANSLATION).partition(": ")
    if heading.startswith(TRANSLATION) and colon:
        entry.words.append(_Words(language, title))
        return entry.words[-1].parts.setdefault("prompt", [])
    into.append(heading)
    return into


def _question(entry: _Entry) -> ReadQuestion:
    first, *others = entry.words
    fields = entry.fields
    text = _read_words(first, entry.doubts)
    titles = fields.get("titles")
    title = fields.get("title", first.title)
    category = fields.get("category", entry.category)
    weights = _weights(fields.get("competencies"), entry.doubts)
    lowest, highest = _range(fields.get("seniority"))
    for words in others:
        if isinstance(titles, dict):
            words.title = str(titles.get(words.language, words.title))
    if not text.prompt and not first.title:
        entry.doubts.append("no_title")
    if not text.reference_answer:
        entry.doubts.append("no_answer")
    return ReadQuestion(
        title=title if isinstance(title, str) else first.title,
        category=category if isinstance(category, str) else entry.category,
        number=text_of(fields.get("number")),
        line=entry.line,
        language=text_of(fields.get("language")) or language_of(text.prompt or first.title),
        minutes=_figure(fields.get("minutes"), 1, 240),
        difficulty=_figure(fields.get("difficulty"), 1, 5),
        doubts=tuple(dict.fromkeys(entry.doubts)),
        tags=_strings(fields.get("tags")),
        competencies=weights,
        role_families=_strings(fields.get("roles")),
        lowest_seniority=lowest,
        highest_seniority=highest,
        key=text_of(fields.get("key")),
        enemies=_strings(fields.get("enemies")),
        translations=tuple(_read_words(words, entry.doubts) for words in others),
        prompt=text.prompt,
        reference_answer=text.reference_answer,
        context=text.context,
        probes=text.probes,
        anchors=text.anchors,
    )


def _read_words(words: _Words, doubts: list[str]) -> ReadText:
    parts = words.parts
    anchors = _items(parts.get("anchors", []), _ORDINAL)
    text = ReadText(
        language=words.language,
        title=words.title,
        prompt=_text(parts.get("prompt", [])),
        reference_answer=_text(parts.get("reference_answer", [])),
        context=_text(parts.get("context", [])),
        probes=_items(parts.get("probes", []), _BULLET),
        anchors=anchors,
    )
    if anchors and len(anchors) != _RUBRIC_LEVELS:
        doubts.append("rubric_incomplete")
        kept = (text.context, _text(parts["anchors"]))
        text = replace(text, anchors=(), context="\n\n".join(part for part in kept if part))
    return text


def _inside(lines: list[str]) -> list[str]:
    """Lines without the blank ones around them."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


def _text(lines: list[str]) -> str:
    kept = _inside(lines)
    if len(kept) >= 2 and kept[0].startswith("~~~~"):
        mark = kept[0].removesuffix("markdown")
        if kept[0] != mark and kept[-1] == mark == "~" * len(mark):
            return "\n".join(kept[1:-1])
    pieces = _json_strings(kept)
    return "\n".join(kept) if pieces is None else "".join(pieces)


def _items(lines: list[str], mark: re.Pattern[str]) -> tuple[str, ...]:
    kept = _inside(lines)
    strings = _json_strings(kept)
    if strings is not None:
        return tuple(strings)
    items: list[list[str]] = []
    indent = ""
    for line in kept:
        match = mark.match(line)
        if match is not None:
            items.append([line[match.end() :]])
            indent = " " * match.end()
        elif items:
            items[-1].append(line.removeprefix(indent))
        else:  # written by hand, without a mark
            items.append([line])
    return tuple("\n".join(_inside_end(item)) for item in items)


def _inside_end(lines: list[str]) -> list[str]:
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def _json_strings(lines: list[str]) -> list[str] | None:
    if len(lines) < 3 or lines[0] != "~~~~json" or lines[-1] != "~~~~":
        return None
    try:
        value = json.loads("\n".join(lines[1:-1]))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _strings(value: Value | None) -> tuple[str, ...]:
    """A list's items as they are; a text that somebody wrote instead, parted at its commas."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else texts_of(value)


def _figure(value: Value | None, least: int, most: int) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        return int(value) if least <= int(value) <= most else None
    return None


def _range(value: Value | None) -> tuple[str, str]:
    names = _strings(value)
    return (names[0], names[-1]) if names else ("", "")


def _weights(value: Value | None, doubts: list[str]) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict) or not value:
        return ()
    weights = [(name, _figure(weight, 1, 100)) for name, weight in value.items()]
    sound = tuple((name, weight) for name, weight in weights if weight is not None)
    if len(sound) == len(weights) and sum(weight for _, weight in sound) == 100:
        return sound
    doubts.append("weights_not_100")
    return ()
