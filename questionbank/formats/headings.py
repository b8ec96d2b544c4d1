"""The headings of a bank, and which of them are questions."""

import re
from collections import Counter
from dataclasses import dataclass

from markdown_it import MarkdownIt

from questionbank.formats import wording
from questionbank.formats.outline import HEADING, PARAGRAPH, Block

MAX_MARKS = 60

# Links are taken out by a pattern: the parser's time for nested brackets grows with their square.
_INLINE = MarkdownIt("commonmark").disable(["link", "image"])
_LINK = re.compile(r"!?\[([^\[\]]{1,400})\]\([^()\s]{0,400}\)")
_MARKS = re.compile(r"[*_`\[\]<\\!&]")
_FIGURES = re.compile(r"[\d\s.#-]+")
_SENTENCE_END = (".", "。", "!", "！", ";", "；", ":", "：")


@dataclass(slots=True)
class Heading:
    """A heading, its place among the blocks, and what speaks for its being a question."""

    block: Block
    index: int
    source: str
    title: str
    number: str
    explicit: bool
    labelled: bool = False

    @property
    def level(self) -> int:
        return self.block.level

    @property
    def numbering(self) -> str:
        """The word its number is made with: "q" of "Q1"."""
        return _FIGURES.sub("", self.number).casefold()


def headings_of(blocks: list[Block], lines: list[str]) -> list[Heading]:
    """The headings with their numbers; an answer label below marks the one it belongs to.

    Sentences that a rule below has made a heading by accident become a paragraph again.
    """
    hashed = any(block.level == 2 and not block.underlined for block in blocks)
    headings: list[Heading] = []
    for index, block in enumerate(blocks):
        if block.underlined and _is_text_above_rule(block, hashed=hashed):
            block.kind = PARAGRAPH
        if block.kind == HEADING:
            source = " ".join(block.text.split())
            title = plain(source)
            if not wording.is_answer_heading(title):
                number, text, explicit = wording.split_number(title)
                headings.append(Heading(block, index, source, text, number, explicit))
            elif headings:
                headings[-1].labelled = True
        elif block.kind == PARAGRAPH and headings and not headings[-1].labelled:
            labels = map(wording.label_of, lines[block.start : block.end])
            headings[-1].labelled = any(label and label.kind == wording.ANSWER for label in labels)
    return headings


def _is_text_above_rule(block: Block, *, hashed: bool) -> bool:
    """Whether an underline is a rule drawn between questions, right below the text of an answer.

    Where ``##`` makes the headings of that level (``hashed``), a line of hyphens makes none.
    """
    if wording.split_number(block.text).explicit:
        return False
    if (hashed and block.level == 2) or "\n" in block.text or block.text.endswith(_SENTENCE_END):
        return True
    return wording.label_of(block.text) is not None


def plain(source: str) -> str:
    """Inline Markdown without its marks; a text with more marks than people set stays as it is."""
    if not 0 < len(_MARKS.findall(source)) <= MAX_MARKS:
        return source
    tokens = _INLINE.parseInline(source)[0].children or []
    texts = (
        _LINK.sub(r"\1", token.content) if token.type == "text" else token.content or " "
        for token in tokens
        if token.content or token.type in ("softbreak", "hardbreak")
    )
    return " ".join("".join(texts).split())


def questions_among(headings: list[Heading]) -> tuple[set[int], bool]:
    """Positions of the headings that are questions, and whether that is a guess."""
    sure = _explicit_among(headings)
    if sure:
        levels = {headings[at].level for at in sure}
        return sure | {
            at for at, heading in enumerate(headings) if heading.level in levels and _is_labelled_question(heading)
        }, False
    labelled = {at for at, heading in enumerate(headings) if _is_labelled_question(heading)}
    if len(labelled) > 1 or any(headings[at].number or _asks(headings[at]) for at in labelled):
        levels = {headings[at].level for at in labelled}
        return labelled | {
            at for at, heading in enumerate(headings) if heading.level in levels and (heading.number or _asks(heading))
        }, False
    return _guessed_among(headings), True


def _explicit_among(headings: list[Heading]) -> set[int]:
    """Headings numbered as questions; "Problem 1" below "Q3" is a part of that one's answer."""
    chosen = set()
    around: Heading | None = None
    for at, heading in enumerate(headings):
        if heading.explicit:
            inside = around is not None and heading.level > around.level
            if around is None or not inside or heading.numbering == around.numbering:
                chosen.add(at)
                around = heading
        elif around is not None and heading.level <= around.level:
            around = None
    return chosen


def _is_labelled_question(heading: Heading) -> bool:
    return heading.labelled and not wording.is_furniture(heading.title)


def _asks(heading: Heading) -> bool:
    return wording.asks(heading.title) and not wording.is_furniture(heading.title)


def _guessed_among(headings: list[Heading]) -> set[int]:
    """Headings of the level where most ask something; none when no level is like that."""
    asking = Counter(heading.level for heading in headings if _asks(heading))
    for level, count in sorted(asking.items(), key=lambda pair: (-pair[1], -pair[0])):
        here = [
            (at, heading)
            for at, heading in enumerate(headings)
            if heading.level == level and not wording.is_furniture(heading.title)
        ]
        numbered = sum(bool(heading.number) for _, heading in here)
        if 2 * count >= len(here) and (count >= 2 or numbered == len(here)):
            return {at for at, heading in here if heading.number or _asks(heading)}
    return set()
