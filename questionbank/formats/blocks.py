"""The blocks of a Markdown text with their lines, in one pass over the lines.

It reads Markdown as people write it, a little more forgiving than CommonMark: what is indented by two spaces
belongs to the list item above, ``<details>`` is one block whatever stands in it, and every list item is a block.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

HEADING = "heading"
PARAGRAPH = "paragraph"
FENCE = "fence"
CODE = "code"
HTML = "html"
COMMENT = "comment"
DETAILS = "details"
QUOTE = "quote"
RULE = "rule"
TABLE = "table"
ITEM = "item"

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$")
# Chinese writers often leave the space out.
_TIGHT_HEADING = re.compile(r"(#{2,6})([^\s#].*)$")
_RULE = re.compile(r"(?:-[ \t]*){3,}$|(?:\*[ \t]*){3,}$|(?:_[ \t]*){3,}$")
_ITEM = re.compile(r"([-*+]|\d{1,9}[.)])([ \t]+|$)")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_TABLE_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_DETAILS = re.compile(r"<(/?)details\b", re.IGNORECASE)
_HTML = re.compile(r"</?[a-z][a-z0-9-]*(?:[\s/>]|$)|<[!?]", re.IGNORECASE)
# A line that starts something of its own, also right below a line of text.
_NEW_QUESTION = re.compile(
    r"(?:\*\*|__)?(?:[Qq](?:uestion)?\s?\.?\s?\d{0,4}\s?[:：.]|问\s?\d{0,4}\s?[:：]|题目\s?\d{0,4}\s?[:：]|第.{1,6}题|[(（]?\d{1,4}[、）]|【题目】)"
)
_STARTERS = frozenset("#`~<>-*+_|Qq问题第(（【0123456789")


@dataclass(slots=True)
class Block:
    """One block: its kind and its lines, 0-based, ``end`` excluded.

    ``text`` is a heading's words or the first line of an item, ``level`` a heading's level, ``indent`` where an
    item's content begins, ``mark`` the sign or number before it.
    """

    kind: str
    start: int
    end: int
    level: float = 0
    text: str = ""
    underlined: bool = False
    mark: str = ""
    indent: int = 0
    closed: bool = True


def outline(lines: Sequence[str], start: int = 0, end: int | None = None) -> list[Block]:
    """Blocks in order. Linear in the length of the text, however it is nested."""
    scanner = _Scanner(lines, len(lines) if end is None else end)
    scanner.run(start)
    return scanner.blocks


def is_rule(line: str) -> bool:
    return _RULE.match(line.strip()) is not None


class _Scanner:
    def __init__(self, lines: Sequence[str], end: int) -> None:
        self.lines = lines
        self.end = end
        self.blocks: list[Block] = []
        # From this line on no fence or comment of that mark is closed: it need not be searched again.
        self.never_closed: dict[str, int] = {}

    def run(self, at: int) -> None:
        while at < self.end:
            line = self.lines[at]
            text = line.lstrip(" \t")
            if not text:
                at += 1
                continue
            indented = len(line) - len(text) >= 4 or line[0] == "\t"
            at = self._code(at) if indented else self._block(at, text)

    def _block(self, at: int, text: str) -> int:
        sign = text[0]
        if sign == "#":
            heading = _heading(text)
            if heading is not None:
                return self._add(HEADING, at, at + 1, level=len(heading[1]), text=(heading[2] or "").strip())
        elif sign in "`~":
            fence = _FENCE.match(text)
            if fence is not None:
                return self._fence(at, fence[1] or fence[2])
        elif sign == "<":
            end = self._html(at, text)
            if end:
                return end
        elif sign == ">":
            return self._quote(at)
        elif sign in "-*_" and _RULE.match(text):
            return self._add(RULE, at, at + 1)
        if sign in "-*+0123456789":
            item = _ITEM.match(text)
            if item is not None:
                return self._item(at, text, item)
        if "|" in text and at + 1 < self.end and self._is_table(at):
            return self._table(at)
        return self._paragraph(at, text)

    def _add(self, kind: str, start: int, end: int, **more: object) -> int:
        self.blocks.append(Block(kind, start, end, **more))  # type: ignore[arg-type]
        return end

    def _code(self, at: int) -> int:
        start = last = at
        while at < self.end:
            line = self.lines[at]
            if line.strip():
                if not line.startswith(("    ", "\t")):
                    break
                last = at
            at += 1
        return self._add(CODE, start, last + 1)

    def _fence(self, at: int, mark: str) -> int:
        end = self._fence_end(at, mark)
        if not end:
            return self._add(FENCE, at, self.end, closed=False)
        return self._add(FENCE, at, end)

    def _fence_end(self, at: int, mark: str) -> int:
        """The line after the fence's last, 0 when it is never closed."""
        if at >= self.never_closed.get(mark[:3], self.end):
            return 0
        for end in range(at + 1, self.end):
            line = self.lines[end].strip()
            if line.startswith(mark) and not line.strip(mark[0]):
                return end + 1
        if len(mark) == 3:
            self.never_closed[mark] = at
        return 0

    def _html(self, at: int, text: str) -> int:
        if text.startswith("<!--"):
            return self._comment(at)
        if text[:8].lower() == "<details":
            end = self._details_end(at)
            if end:
                return self._add(DETAILS, at, end)
        if not _HTML.match(text):
            return 0
        end = at + 1
        if _DETAILS.match(text) or text[:9].lower().startswith(("</details", "<summary", "</summary", "<br")):
            return self._add(HTML, at, end)
        while end < self.end and self.lines[end].strip() and not self.lines[end].startswith("#"):
            end += 1
        return self._add(HTML, at, end)

    def _comment(self, at: int) -> int:
        if at < self.never_closed.get("<!--", self.end):
            for end in range(at, self.end):
                line = self.lines[end]
                if "-->" in (line[line.find("<!--") + 4 :] if end == at else line):
                    return self._add(COMMENT, at, end + 1)
            self.never_closed["<!--"] = at
        return self._add(COMMENT, at, self.end, closed=False)

    def _details_end(self, at: int) -> int:
        """The line after the ``</details>`` that closes the one here; 0 when none does."""
        if at >= self.never_closed.get("<details", self.end):
            return 0
        depth, fence = 0, ""
        for end in range(at, self.end):
            line = self.lines[end]
            text = line.lstrip(" \t")
            if fence:
                if text.startswith(fence) and not text.strip().strip(fence[0]):
                    fence = ""
                continue
            if text.startswith(("```", "~~~")):
                found = _FENCE.match(text)
                fence = (found[1] or found[2]) if found else ""
            elif "details" in text or "DETAILS" in text:
                for tag in _DETAILS.finditer(text):
                    depth += -1 if tag[1] else 1
                if depth <= 0:
                    return end + 1
        self.never_closed["<details"] = at
        return 0

    def _quote(self, at: int) -> int:
        end = at + 1
        while end < self.end:
            text = self.lines[end].lstrip(" \t")
            if not text.startswith(">") and (not text or self._interrupts(end, text)):
                break
            end += 1
        return self._add(QUOTE, at, end)

    def _is_table(self, at: int) -> bool:
        below = self.lines[at + 1]
        return ("-" in below) and ("|" in below) and _TABLE_RULE.match(below.strip()) is not None

    def _table(self, at: int) -> int:
        end = at + 2
        while end < self.end and "|" in self.lines[end] and self.lines[end].strip():
            end += 1
        return self._add(TABLE, at, end)

    def _interrupts(self, at: int, text: str) -> bool:
        """Whether a line ends the paragraph above it."""
        sign = text[0]
        if sign not in _STARTERS:
            return False
        if sign == "#":
            return _heading(text) is not None
        if sign in "`~":
            return _FENCE.match(text) is not None
        if sign == "<":
            return text.startswith("<!--") or text[:9].lower().startswith(("<details", "</details", "<summary"))
        if sign == ">":
            return True
        if sign in "-*_+" and (_RULE.match(text) or (sign != "_" and _ITEM.match(text) and len(text) > 2)):
            return True
        if sign == "|":
            return at + 1 < self.end and self._is_table(at)
        if text.startswith(("1. ", "1) ")):
            return True
        return _NEW_QUESTION.match(text) is not None

    def _paragraph(self, at: int, text: str) -> int:
        end = at + 1
        while end < self.end:
            line = self.lines[end]
            below = line.lstrip(" \t")
            if not below:
                break
            if below[0] in "=-" and _UNDERLINE.match(line):
                words = "\n".join(part.strip() for part in self.lines[at:end])
                return self._add(HEADING, at, end + 1, level=1 if below[0] == "=" else 2, text=words, underlined=True)
            if self._interrupts(end, below):
                break
            end += 1
        return self._add(PARAGRAPH, at, end, text=text)

    def _is_numbered_title(self, at: int, text: str) -> bool:
        """Whether a numbered line is underlined as far as it goes and so is a heading: "1. Web" over "------"."""
        if at + 1 >= self.end or not text[0].isdigit() or (self.blocks and self.blocks[-1].kind == ITEM):
            return False
        line = self.lines[at + 1].strip()
        if len(line) < 4 or _UNDERLINE.match(line) is None or (at and self.lines[at - 1].strip()):
            return False
        return abs(len(line) - len(text.rstrip())) <= 2 and not text.rstrip().endswith(("?", "？", ".", "。"))

    def _item(self, at: int, text: str, item: re.Match[str]) -> int:
        if self._is_numbered_title(at, text):
            return self._paragraph(at, text)
        margin = len(self.lines[at]) - len(text)
        spaces = item[2].expandtabs(4) if item[2] else " "
        indent = margin + len(item[1]) + (len(spaces) if len(spaces) <= 4 else 1)
        end = self._item_end(at, margin, text[item.end() :].lstrip())
        first = text[item.end() :].strip()
        return self._add(ITEM, at, end, mark=item[1], text=first, indent=indent)

    def _item_end(self, at: int, margin: int, first: str) -> int:
        """The line after an item's last: what is indented below it, and text right below its text."""
        end = last = at + 1
        lazy = bool(first) and not first.startswith("#")
        fence = _FENCE.match(first)
        if fence is not None:
            end = last = self._inner_fence(at, fence[1] or fence[2], margin)
        while end < self.end:
            line = self.lines[end]
            text = line.lstrip(" \t")
            if not text:
                lazy = False
                end += 1
                continue
            indent = len(line) - len(text)
            if indent >= margin + 2 or line[0] == "\t":
                fence = _FENCE.match(text) if text[0] in "`~" else None
                end = self._inner_fence(end, fence[1] or fence[2], margin) if fence else end + 1
                lazy = True
            elif lazy and not self._interrupts(end, text) and not _ITEM.match(text):
                end += 1
            else:
                break
            last = end
        return last

    def _inner_fence(self, at: int, mark: str, margin: int) -> int:
        """The line after a fence inside an item; where it is never closed, the next line."""
        for end in range(at + 1, self.end):
            line = self.lines[end]
            text = line.strip()
            if text.startswith(mark) and not text.strip(mark[0]):
                return end + 1
            if text and len(line) - len(line.lstrip(" \t")) < margin + 2 and (text[0] == "#" or _ITEM.match(text)):
                return at + 1
        return at + 1


def _heading(text: str) -> re.Match[str] | None:
    return _HEADING.match(text) or _TIGHT_HEADING.match(text)


def unclosed(block: Block) -> str:
    """The problem code of a block that is never closed and so swallows the rest, or ''."""
    if block.closed:
        return ""
    return "unclosed_code" if block.kind == FENCE else "unclosed_comment"
