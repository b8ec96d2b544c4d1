"""From the chosen starts to whole questions: which lines belong to each, and the category it stands under."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from questionbank.formats import wording
from questionbank.formats.blocks import COMMENT, HTML, PARAGRAPH, RULE, Block
from questionbank.formats.inline import plain, shortened
from questionbank.formats.labels import ANSWERING, CATEGORY, label_of, without_decoration
from questionbank.formats.starts import BULLET, ITEM_HEADING, ORDERED, SUMMARY, TASK, Start

_COUNT = re.compile(r"\s*[(（\[【](?:共|每|本|约)?[^()（）]{0,8}\d+[^()（）]{0,24}[)）\]】]$|\s*[⬆↑🔝🔼▲]+\ufe0f?$")
_UP = re.compile(r"\[?[⬆↑🔝🔼▲]+\ufe0f?\]?\s*")
_NEUTRAL = re.compile(
    r"(?:(?:interview )?questions?(?: (?:and|&) answers?)?|q\s?(?:&|and)\s?a|the questions|list of questions"
    r"|question list"
    r"|faq|常见问题|面试题(?:目|库|集)?|问题(?:列表|与解答)?|题目(?:列表)?|问答|正文|常见面试题|试题)",
    re.IGNORECASE,
)


_FAREWELL = re.compile(
    r"\b(?:star (?:this|the|it|us)|thanks? (?:you )?for|good luck|pull requests?|contribut\w+|licen[cs]ed?|copyright"
    r"|last updated|happy (?:coding|hiring|learning|interviewing)|follow (?:me|us)"
    r"|found (?:this|it) (?:useful|helpful))\b|©"
    r"|点赞|点个|关注|公众号|转载|欢迎|祝.{0,8}(?:顺利|好运|成功)|版权|持续更新|未完待续|最后更新|感谢",
    re.IGNORECASE,
)
_BOLD = re.compile(r"(?P<mark>\*\*|__)(?:(?!(?P=mark)).)+(?P=mark)\s?[:：]?")
_SECTION = re.compile(
    r"(?:part|section|chapter|unit|module|topic|round|stage|area)\s(?:[a-z]|\d{1,2}|[ivx]{1,4}|one|two|three|four|five)\b"
    r"|第\s?[一二三四五六七八九十\d]{1,3}\s?(?:部分|章|节|篇|讲|类|单元|模块|轮)|[一二三四五六七八九十]{1,2}、[^？?。]{1,20}$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Part:
    """One question's lines: its start, and what follows up to ``end`` (0-based, excluded) of the same file."""

    start: Start
    category: str
    end: int
    blocks: list[Block]
    guessed: bool = False
    above: list[Block] = field(default_factory=list)  # comments right above it, which speak of it


def parts_of(starts: list[Start], chosen: dict[int, bool], blocks: list[Block], line_count: int) -> list[Part]:
    """Each question with what stands under it, and the category it stands under."""
    title = _document_title(starts)
    sections: list[Start] = []
    parts: list[Part] = []
    until: list[int] = []  # per part the index of the block after its last
    current: Start | None = None
    upcoming = _next_chosen(starts, chosen)
    for at, start in enumerate(starts):
        is_question = at in chosen
        if not start.is_heading and not is_question:
            continue
        if current is not None and not is_question and _belongs(start, current, starts, sections, upcoming[at]):
            continue
        if current is not None:
            until.append(start.index)
            current = None
        if is_question:
            parts.append(Part(start, _category(sections, start, title), line_count, [], chosen[at]))
            current = start
        else:
            sections = [held for held in sections if held.level < start.level] + [start]
    if current is not None:
        until.append(_before_farewell(blocks, current.index + 1))
    _take_section_lines(parts, until, blocks)
    _close(parts, until, blocks, line_count)
    return parts


def _before_farewell(blocks: list[Block], first: int) -> int:
    """The end of the last question: ahead of a rule below which readers are thanked or asked for stars."""
    at = len(blocks)
    while at > first and blocks[at - 1].kind in (PARAGRAPH, HTML, COMMENT) and len(blocks) - at < 3:
        at -= 1
    said = (block.kind == PARAGRAPH and _FAREWELL.search(block.text[:300]) for block in blocks[at:])
    return at - 1 if at > first and blocks[at - 1].kind == RULE and any(said) else len(blocks)


def _next_chosen(starts: list[Start], chosen: dict[int, bool]) -> list[Start | None]:
    """For every start the next one that is a question."""
    found: list[Start | None] = [None] * len(starts)
    following: Start | None = None
    for at in range(len(starts) - 1, -1, -1):
        found[at] = following
        if at in chosen:
            following = starts[at]
    return found


def _belongs(
    heading: Start, current: Start, starts: list[Start], sections: list[Start], following: Start | None
) -> bool:
    """Whether a heading is part of the answer above it."""
    if current.is_heading:
        return heading.level > current.level
    if not sections or heading.level <= sections[-1].level or wording.is_furniture(heading.title):
        return False
    # A sub-heading below which the next question stands is a section of its own.
    return following is None or following.section < 0 or starts[following.section].level < heading.level


def _take_section_lines(parts: list[Part], until: list[int], blocks: list[Block]) -> None:
    """Lines that name sections without being headings, such as "**Part B: Design**" right above a question.

    The first stands above the first question, and there are several: no bold answer is like that.
    """
    names: dict[int, tuple[int, str]] = {}
    for at, part in enumerate(parts):
        above = part.start.index - 1
        while above >= 0 and blocks[above].kind == RULE:
            above -= 1
        floor = parts[at - 1].start.index if at else -1
        if above > floor and blocks[above].kind == PARAGRAPH:
            name = _section_named(blocks[above])
            if name:
                names[at] = (above, name)
        if not names:
            return
    if len(names) < 2:
        return
    around = name = ""
    for at, part in enumerate(parts):
        if at in names:
            index, name = names[at]
            around = part.category
            if at:
                until[at - 1] = min(until[at - 1], index)
        if part.category == around:
            part.category = name
        else:
            around, name = part.category, part.category


def _section_named(block: Block) -> str:
    """The name a line gives to what follows it, '' for other text."""
    line = block.text.strip()
    if block.end != block.start + 1 or len(line) > 80:
        return ""
    label = label_of(line)
    if label is not None:
        return shortened(plain(label.rest)) if label.kind == CATEGORY else ""
    title = _cleaned(wording.split_number(plain(line)).text)
    if _NEUTRAL.fullmatch(title) or wording.is_furniture(title) or wording.asks_by_mark(title):
        return ""
    bold = _BOLD.fullmatch(line) is not None
    brief = line.endswith((":", "：")) and len(title.split()) <= 4 and len(title) <= 40
    return shortened(title) if title and (bold or brief or _SECTION.match(plain(line))) else ""


def _close(parts: list[Part], until: list[int], blocks: list[Block], line_count: int) -> None:
    """Set where every question ends. A comment right above a question belongs to that one."""
    for at, part in enumerate(parts):
        first = part.start.index
        below = part.start.block
        while first and blocks[first - 1].kind == COMMENT and blocks[first - 1].end == below.start:
            first -= 1
            below = blocks[first]
            part.above.append(below)
        if at and until[at - 1] == part.start.index:
            until[at - 1] = first
    loose = _loose_groups(parts, until, blocks)
    for part, end in zip(parts, until, strict=True):
        closed = part.start.sign in _CLOSED and (part.start.section, part.start.sign) not in loose
        if closed and not _ends_in_label(part.start):
            end = part.start.index + 1
        part.blocks = blocks[part.start.index + 1 : end]
        part.end = blocks[end].start if end < len(blocks) else line_count


_CLOSED = frozenset({ORDERED, BULLET, TASK, ITEM_HEADING, SUMMARY})


def _ends_in_label(start: Start) -> bool:
    """Whether an item ends in "Answer:", so that the answer is what follows the item."""
    last = next((line for line in reversed(start.rest) if line.strip()), "")
    label = label_of(last) if last else None
    return label is not None and label.kind in ANSWERING and not label.rest


def _loose_groups(parts: list[Part], until: list[int], blocks: list[Block]) -> set[tuple[int, str]]:
    """Lists whose items go on without indentation: any but the last has text after it."""
    groups: dict[tuple[int, str], list[bool]] = defaultdict(list)
    bare: dict[tuple[int, str], bool] = {}
    for part, end in zip(parts, until, strict=True):
        if part.start.sign in _CLOSED:
            key = (part.start.section, part.start.sign)
            inside = (block.kind not in (RULE, COMMENT, HTML) for block in blocks[part.start.index + 1 : end])
            groups[key].append(any(inside))
            bare[key] = not any(line.strip() for line in part.start.rest)
    return {key for key, after in groups.items() if any(after[:-1]) or (len(after) == 1 and bare[key])}


def _document_title(starts: Sequence[Start]) -> Start | None:
    """The first heading when it is the only one of level 1: it names the bank, no category."""
    headings = [start for start in starts if start.is_heading]
    tops = [start for start in headings if start.level == 1]
    others = [start for start in tops[1:] if not wording.is_furniture(start.title)]
    return tops[0] if tops and not others and tops[0] is headings[0] else None


def category_at(starts: Sequence[Start], index: int) -> str:
    """The category of what stands at a block that belongs to no question."""
    sections: list[Start] = []
    for start in starts:
        if start.index > index:
            break
        if start.is_heading:
            sections = [held for held in sections if held.level < start.level] + [start]
    return _named(sections, _document_title(starts), 7.0)


def _category(sections: list[Start], question: Start, document_title: Start | None) -> str:
    return _named(sections, document_title, question.level)


def _cleaned(title: str) -> str:
    """A section's name without counts and signs."""
    return _COUNT.sub("", without_decoration(_UP.sub("", title))).strip(" :：") or title


def _named(sections: list[Start], document_title: Start | None, level: float) -> str:
    for section in reversed(sections):
        if section is document_title or section.level > level:
            continue
        name = _cleaned(section.title)
        if _NEUTRAL.fullmatch(name) or wording.is_contents(name):
            continue
        if section.level < level or not wording.is_furniture(section.title):
            return shortened(name)
    return ""
