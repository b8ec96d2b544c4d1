"""Inline Markdown: a title without its marks, a title that is not too long, lines without their common indent."""

import html
import re

MAX_MARKS = 60
MAX_TITLE = 200

_MARKS = re.compile(r"[*_`\[\]<\\!&~]")
_CODE = re.compile(r"(`{1,3})(.+?)\1(?!`)")
_LINK = re.compile(
    r"!?\[([^\[\]]{0,400})\]\([^()\s]{0,400}(?:\([^()\s]{0,100}\)[^()\s]{0,100})?(?:\s\"[^\"]{0,200}\")?\)"
)
_REFERENCE = re.compile(r"!?\[([^\[\]]{1,400})\]\[[^\[\]]{0,100}\]")
_STRONG = re.compile(r"(\*\*\*|\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])")
_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|code|kbd|sub|sup|span|font|mark|small|a|img|br|summary|details|p|div|h[1-6])\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_CLAUSE_END = re.compile(r"[。？！；，、：?!;,:](?=\D)|\.(?=\s)")
_HIDDEN = "\ue000{}\ue001"
_SHOWN = re.compile("\ue000(\\d+)\ue001")


def plain(source: str) -> str:
    """Inline Markdown without its marks; a text with more marks than people set stays as it is."""
    if not 0 < len(_MARKS.findall(source)) <= MAX_MARKS:
        return source
    codes: list[str] = []

    def hide(match: re.Match[str]) -> str:
        codes.append(match[match.lastindex or 0].strip())
        return _HIDDEN.format(len(codes) - 1)

    text = _CODE.sub(hide, source) if "`" in source else source
    text = _ESCAPE.sub(hide, text) if "\\" in text else text
    if "[" in text:
        text = _REFERENCE.sub(r"\1", _LINK.sub(r"\1", _LINK.sub(r"\1", text)))
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    if "*" in text or "_" in text or "~" in text:
        text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", _STRONG.sub(r"\2", text)))
    if codes:
        text = _SHOWN.sub(lambda match: codes[int(match[1])] if int(match[1]) < len(codes) else "", text)
    return " ".join(text.split())


def shortened(title: str) -> str:
    """A title of at most 200 characters, cut after a clause where one ends late enough."""
    if len(title) <= MAX_TITLE:
        return title
    room = title[: MAX_TITLE - 1]
    ends = [match.start() for match in _CLAUSE_END.finditer(title[:MAX_TITLE])]
    cut = max((end for end in ends if end >= MAX_TITLE // 3), default=0) or room.rfind(" ")
    return (room[:cut] if cut > 0 else room).rstrip() + "…"


def text_of_lines(lines: list[str]) -> str:
    """Lines as written, without blank lines around and an indentation common to all."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    if first == last:
        return ""
    kept = lines[first:last]
    if kept[0][0] == " ":
        # Four spaces would be a code block, which the first line must stay.
        indent = min(min(len(line) - len(line.lstrip(" ")) for line in kept if line.strip()), 4)
        if 0 < indent < 4:
            kept = [line[indent:] if line.strip() else line for line in kept]
    return "\n".join(kept)


def dedented(lines: list[str], most: int) -> list[str]:
    """Lines without an indentation of up to ``most`` columns."""
    return [_less_indented(line, most) for line in lines]


def _less_indented(line: str, most: int) -> str:
    if line[:1] == "\t":
        return line[1:]
    spaces = len(line) - len(line.lstrip(" "))
    if spaces < most and line[spaces : spaces + 1] == "\t":
        return line[spaces + 1 :]
    return line[min(spaces, most) :]
