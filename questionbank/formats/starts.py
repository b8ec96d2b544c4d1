"""Where questions may begin: headings, list items, bold lines, labels, summaries, quotes. One function a habit.

Nothing is decided here: see ``choosing``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from questionbank.formats import labels, wording
from questionbank.formats.blocks import DETAILS, HEADING, ITEM, PARAGRAPH, QUOTE, Block
from questionbank.formats.facts import Facts, split_marks, without_comment
from questionbank.formats.inline import dedented, plain

# Signs by which starts of one habit are told from those of another.
LABEL, BOLD, NUMBER, PLAIN, SUMMARY, QUOTED = "label", "bold", "number", "plain", "summary", "quoted"
TOLD = "told"  # a task in a sentence of its own: a question only where much speaks for it
ITEM_HEADING, ORDERED, BULLET, TASK = "item heading", "ordered", "bullet", "task"
BELOW_HEADINGS = 7.0

_BOLD_LINE = re.compile(r"(?P<mark>\*\*|__)(?P<text>(?:(?!(?P=mark)).)+)(?P=mark)\s*[:：]?\s*$")
_BOLD_LEAD = re.compile(r"(?P<mark>\*\*|__)(?P<text>(?:(?!(?P=mark)).)+)(?P=mark)\s*[:：–—-]?\s*(?P<rest>\S.*)$")
_SUMMARY = re.compile(r"<summary\b[^>\n]{0,200}>(.*?)(?:</summary>|$)", re.IGNORECASE | re.DOTALL)
_ANSWER_SUMMARY = re.compile(
    r"(?:(?:show|see|view|reveal|toggle|display|click|tap|expand|open|read|hide|check|get|press).{0,60}"
    r"|spoiler.*|(?:the )?(?:answer|solution|explanation|model answer|sample answer|reference answer)s?\b.{0,30}"
    r"|details|more|.{0,12}(?:点击|查看|展开|显示|参考|点我|戳我|点开).{0,20}|.{0,4}(?:答案|解答|解析|回答).{0,12}|答)",
    re.IGNORECASE,
)
_ANCHOR_LINK = re.compile(r"(?:\*\*|`)?\[[^\n]*\]\(\s*#[^)\n]*\)(?:\*\*|`)?[\s.]*$")
_ONLY_LINK = re.compile(r"(?:\*\*)?!?\[[^\[\]\n]*\]\([^)\n]*\)(?:\*\*)?[\s.]*(?:[-–—:：].*)?$")
_TASK = re.compile(r"\[[ xX]\](?:\s+|$)")
_END = (".", "。", "!", "！", "?", "？", ";", "；", ":", "：", "?**", "？**", ".**", "。**", "?)", "？）")
_SENTENCE_END = (".", "。", "!", "！", ";", "；", ":", "：")
_SECTION_NAMES = frozenset({"questions", "面试题", "试题", "interview questions"})
_PART_HEADINGS = frozenset(
    {labels.QUESTION, labels.ANSWER, labels.EXPLANATION, labels.PROBES, labels.CONTEXT, labels.RUBRIC, labels.TAGS}
)
# Headings inside a question that say nothing of its kind.
_SUB_PART = re.compile(
    r"(?:hints?|examples?|samples?|constraints?|sample (?:input|output)|(?:input|output)(?: format)?|edge cases?"
    r"|approach(?:es)?|(?:time |space )?complexity|discussion|code|implementation|test cases?"
    r"|key points?|pitfalls|common mistakes"
    r"|提示|示例|样例|举例|例子|输入|输出|约束|限制|复杂度(?:分析)?|思路|解题思路|代码(?:实现)?|参考代码|要点|关键点|常见错误|扩展|拓展)"
    r"\s?\d{0,2}\s?[:：]?",
    re.IGNORECASE,
)
_TAG_IN_FRONT = re.compile(r"\[([^\[\]\n]{1,20})\]\s+(?=\S)")
_ESCAPED_NUMBER = re.compile(r"(\*{0,2}\d{1,4})\\([.)])")
_FIGURES = re.compile(r"[\d\s.#-]+")


@dataclass(slots=True)
class Start:
    """A place where a question may begin, and what speaks for its being one.

    ``rest`` are the lines of its block after the question itself, ``labelled`` counts the answer labels below it,
    ``section`` is the index of the heading it stands under.
    """

    block: Block
    index: int
    sign: str
    source: str
    title: str
    number: str = ""
    explicit: bool = False
    labelled: int = 0
    level: float = BELOW_HEADINGS
    rest: list[str] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    section: int = -1
    more: str = ""  # of the prompt, below its first line
    is_link: bool = False
    asks: bool = False

    @property
    def is_heading(self) -> bool:
        return self.sign == HEADING

    @property
    def numbering(self) -> str:
        """The word its number is made with: "q" of "Q1"."""
        return _FIGURES.sub("", self.number).casefold()


def starts_of(blocks: list[Block], lines: Sequence[str]) -> list[Start]:
    """Every place where a question may begin, in order, with the answer labels counted.

    Sentences that a rule below has made a heading by accident become a paragraph again.
    """
    hashed = any(block.level == 2 and not block.underlined for block in blocks)
    finder = _Finder(blocks, lines)
    for index, block in enumerate(blocks):
        if block.underlined and _is_text_above_rule(block, hashed=hashed):
            block.kind, block.underlined = PARAGRAPH, False
            block.text = lines[block.start].strip()
        if block.kind == HEADING:
            finder.heading(index, block)
        elif not finder.certain:
            finder.text(index, block)
    return finder.starts


class _Finder:
    """Walks the blocks and remembers under which heading, and below which question, it is."""

    def __init__(self, blocks: list[Block], lines: Sequence[str]) -> None:
        self.blocks = blocks
        self.lines = lines
        self.starts: list[Start] = []
        self.bare = _bare_questions(blocks)
        self.section = self.owner = -1  # positions in starts
        self.skipped = 0.0  # the level of the section whose lists hold no questions, such as contents
        self.certain = 0.0  # the level of the question around, whose text need not be looked at

    def heading(self, index: int, block: Block) -> None:
        if self.skipped and block.level <= self.skipped:
            self.skipped = 0.0
        found = from_heading(block, index, bare=index in self.bare)
        if found is None:
            _credit(self.starts, self.section, self.owner, block)
            return
        self.starts.append(found)
        self.section = self.owner = len(self.starts) - 1
        if found.explicit:
            self.certain = found.level
        elif found.level <= self.certain:
            self.certain = 0.0
        if not self.skipped and not found.explicit:
            holds_none = _holds_no_questions(found.title, self.blocks, index, self.lines)
            self.skipped = block.level if holds_none else 0.0

    def text(self, index: int, block: Block) -> None:
        reader = None if self.skipped else _READERS.get(block.kind)
        found = reader(block, index, self.lines) if reader else None
        inner = found is not None and block.kind in (ITEM, PARAGRAPH) and holds_inner_answer(found.rest)
        if not inner and holds_answer(block, self.lines):
            _credit(self.starts, self.section, self._answered_at(index), block)
        if found is None:
            return
        found.section = self.section
        if inner:
            found.labelled += 1
            _credit(self.starts, self.section, -1, block)
        self.starts.append(found)
        if found.sign == TOLD:
            return
        if found.explicit or found.asks or found.sign in (BOLD, ITEM_HEADING, ORDERED, NUMBER):
            self.owner = len(self.starts) - 1

    def _answered_at(self, index: int) -> int:
        """Whose answer a block is: the question's above, or a task's right above when that one has its answer."""
        last = len(self.starts) - 1
        if last >= 0 and self.starts[last].sign == TOLD and self.starts[last].index == index - 1:
            above = self.owner
            if above < 0 or self.starts[above].is_heading or self.starts[above].labelled:
                return last
        return self.owner


def _holds_no_questions(title: str, blocks: list[Block], index: int, lines: Sequence[str]) -> bool:
    """Whether the lists below a heading are no questions: a licence, or contents whose lines are no links.

    Lines of contents that are links are known by that; the questions may follow them without a heading.
    """
    if not wording.is_contents(title):
        return wording.is_furniture(title)
    for block in blocks[index + 1 : index + 4]:
        if block.kind == HEADING:
            break
        if any("](#" in line for line in lines[block.start : min(block.end, block.start + 5)]):
            return False
    return True


def _credit(starts: list[Start], section: int, owner: int, block: Block) -> None:
    """An answer label speaks for the question it stands below, and for the heading of both."""
    if block.kind == HEADING:
        part = labels.heading_part(plain(block.text))
        if part is None or part.kind not in labels.ANSWERING:
            return
    for at in {section, owner} - {-1}:
        starts[at].labelled += 1


def from_heading(block: Block, index: int, *, bare: bool = False) -> Start | None:
    """``### Q1: …``; none where the heading is no more than a label ("#### Answer").

    A heading "Question" is one where several stand below one another (``bare``): its words are in the text.
    """
    source = " ".join(block.text.split())
    title = plain(source)
    part = labels.heading_part(title)
    if _SUB_PART.fullmatch(title[:60]):
        return None
    if part is not None and part.kind in _PART_HEADINGS and not _names_section(title):
        if bare and part.kind == labels.QUESTION:
            return Start(block, index, HEADING, "", "", explicit=True, level=block.level)
        return None
    start = _start(block, index, HEADING, source, [])
    start.level = block.level
    return start


def _names_section(title: str) -> bool:
    return title.strip().casefold().rstrip(":：") in _SECTION_NAMES


def _bare_questions(blocks: list[Block]) -> set[int]:
    """Headings "Question" of which there are several below the same heading."""
    found: dict[int, list[int]] = {}
    parent = -1
    for index, block in enumerate(blocks):
        if block.kind == HEADING:
            kind = labels.heading_label(plain(block.text)) if len(block.text) <= 60 else ""
            if kind == labels.QUESTION:
                found.setdefault(parent, []).append(index)
            elif kind not in _PART_HEADINGS:
                parent = index
    return {index for indexes in found.values() if len(indexes) > 1 for index in indexes}


def from_item(block: Block, index: int, lines: Sequence[str]) -> Start | None:
    """``1. What is …?`` and ``- What is …?`` with what is indented below; ``1. ### What is …?``."""
    text = _TASK.sub("", block.text, count=1)
    if not text or wording.is_option(text):
        return None
    inner = [text, *dedented(list(lines[block.start + 1 : block.end]), block.indent)]
    ordered = block.mark[0].isdigit()
    hashes = len(text) - len(text.lstrip("#"))
    if 0 < hashes <= 6 and text[hashes : hashes + 1] == " ":
        start = _start(block, index, ITEM_HEADING, text[hashes:].strip().rstrip("#").strip(), inner[1:])
    else:
        sign = TASK if text != block.text else ORDERED if ordered else BULLET
        start = _from_text(block, index, sign, inner)
    if ordered and not start.number:
        start.number = block.mark[:-1]
    start.is_link = _ONLY_LINK.match(text) is not None
    return None if _ANCHOR_LINK.match(text) else start


def from_paragraph(block: Block, index: int, lines: Sequence[str]) -> Start | None:
    """``**Q:** …``, ``题目：…``, ``Q1. …``, ``1、…``, ``**What is …?**``, and a question on a line of its own."""
    text = block.text
    if wording.is_option(text) or text[0] in "|$!" or _ANCHOR_LINK.match(text):
        return None
    inner = [line.strip() for line in lines[block.start : block.end]]
    if "\\" in text[:8]:
        text = inner[0] = _ESCAPED_NUMBER.sub(r"\1\2", text, count=1)
    label = labels.label_of(text)
    if label is not None and label.kind != labels.QUESTION:
        return None
    if label is not None or text[0] in "*_":
        return _marked(block, index, inner, label)
    number = wording.split_number(text)
    if number.number or number.explicit:
        return _from_text(block, index, LABEL if number.explicit else NUMBER, inner)
    if wording.asks_by_mark(inner[0]):
        return _start(block, index, PLAIN, inner[0], inner[1:])
    if (len(inner) == 1 or _is_answer_line(inner[1])) and wording.sets_task(inner[0]):
        return _start(block, index, TOLD, inner[0], inner[1:])
    return None


def _marked(block: Block, index: int, inner: list[str], label: labels.Label | None) -> Start | None:
    """A paragraph that begins with bold words or with a label for the question."""
    text = inner[0]
    numbered = wording.split_number(plain(text))
    if label is not None and not numbered.number:
        start = _from_text(block, index, LABEL, [label.rest or "", *inner[1:]])
        start.explicit = True
        return start
    if numbered.explicit and text[0] not in "*_":  # "Question 1: …"
        return _from_text(block, index, LABEL, inner)
    if _BOLD_LINE.match(text) or _BOLD_LEAD.match(text):
        start = _from_text(block, index, LABEL if numbered.explicit else BOLD, inner)
        # "**Advantages**:" and "**Note:** it changed" are parts of an answer.
        is_part = _BOLD_LINE.match(text) is None or text.rstrip().endswith((":", "：", ":**", "：**"))
        return None if is_part and not (start.asks or start.number or start.explicit) else start
    return None


def from_details(block: Block, index: int, lines: Sequence[str]) -> Start | None:
    """``<details><summary>What is …?</summary>`` with the answer folded in."""
    summary, inner = unfolded(lines[block.start : block.end])
    if not summary or is_answer_summary(summary) or wording.is_furniture(plain(summary)):
        return None
    first, _, more = _without_tags(summary).strip().partition("\n")
    if more and more.lstrip(" ")[:1].isalpha():  # a sentence that goes over several lines
        first, more = " ".join((first + "\n" + more).split()), ""
    start = _start(block, index, SUMMARY, first.strip(), inner)
    start.more = more
    return start


def from_quote(block: Block, index: int, lines: Sequence[str]) -> Start | None:
    """``> **What is …?**`` with the answer below the quote."""
    inner = unquoted(lines[block.start : block.end])
    while inner and not inner[0].strip():
        inner = inner[1:]
    if not inner or inner[0].startswith(("[!", "- ", "!")):
        return None
    label = labels.label_of(inner[0])
    if label is not None and label.kind == labels.QUESTION:
        start = _from_text(block, index, QUOTED, [label.rest, *inner[1:]])
        start.explicit = True
        return start
    if label is not None:
        return None
    return _from_text(block, index, QUOTED, [inner[0].lstrip("# "), *inner[1:]])


_READERS = {ITEM: from_item, PARAGRAPH: from_paragraph, DETAILS: from_details, QUOTE: from_quote}


def _from_text(block: Block, index: int, sign: str, inner: list[str]) -> Start:
    """A start whose question may go over several lines, or share its line with the answer."""
    inner = [*labels.parted_answer(inner[0]), *inner[1:]]
    lead = _BOLD_LEAD.match(inner[0])
    if lead is not None and not _BOLD_LINE.match(inner[0]) and _is_whole_question(lead):
        return _start(block, index, sign, lead["text"], [lead["rest"], *inner[1:]])
    count = _question_lines(inner)
    source = " ".join(line.strip() for line in inner[:count])
    return _start(block, index, sign, source, inner[count:])


def _is_whole_question(lead: re.Match[str]) -> bool:
    """Whether bold words are the question and what follows them on the line is no part of it.

    "**What is X?** It is …", "**X vs Y** The first is …", and not "**Implement** a queue", "**Basics:** what is X?".
    """
    text, rest = plain(lead["text"]), plain(lead["rest"])
    if wording.asks(text):
        return True
    if wording.asks(rest) or len(text.rstrip(":：")) < 3:
        return False
    number = wording.split_number(text)
    if number.number and number.text:
        return rest[:1].isupper() or not rest[:1].isascii()
    parted = lead["rest"] != lead.string[lead.end("text") + len(lead["mark"]) :].rstrip()
    return parted and " " in text.strip() and rest[:1].isupper() and labels.label_of(lead.string) is None


def _question_lines(inner: list[str]) -> int:
    """How many lines the question takes: one, or up to the one that ends a wrapped sentence."""
    first = inner[0].rstrip().rstrip("*_ ")
    if (
        not first
        or first.endswith(_END)
        or len(inner) == 1
        or (inner[0].startswith("**") and inner[0].rstrip().endswith("**"))
    ):
        return 1
    paragraph = 1
    for line in inner[1:9]:
        text = line.strip()
        if (
            not text
            or text[0] in "-*+>#`|<【"
            or wording.is_option(text)
            or labels.label_of(text)
            or line.endswith("  ")
        ):
            break
        paragraph += 1
        if wording.asks_by_mark(text):
            return paragraph
        if text.endswith(_SENTENCE_END):
            break
    wrapped = paragraph > 1 and len(inner[0]) > 50 and inner[1].strip()[:1].islower()
    return paragraph if wrapped else 1


def _start(block: Block, index: int, sign: str, source: str, rest: list[str]) -> Start:
    facts = Facts()
    source = split_marks(without_comment(source.strip(), facts), facts)
    source = labels.without_decoration(source) or source
    bold = _BOLD_LINE.match(source)
    if bold is not None:
        source = bold["text"].strip()
    if sign in (ORDERED, BULLET) and source[:1] == "[":
        tagged = _TAG_IN_FRONT.match(source)
        if tagged is not None and not wording.split_number(source).number:
            facts.add_tags((tagged[1],))
            source = source[tagged.end() :]
    title = plain(source)
    number, text, explicit = wording.split_number(title)
    text = split_marks(text, facts)
    start = Start(block, index, sign, source, text, number, explicit, rest=rest, facts=facts)
    start.asks = wording.asks(text)
    return start


def prompt_of(start: Start) -> str:
    """The question as Markdown, without its number and marks where those stand free of the emphasis."""
    number, text, explicit = wording.split_number(start.source)
    if not start.number and not start.explicit:
        text = start.source
    elif number != start.number or explicit != start.explicit:
        # The number or the label stands outside of the text, or else inside its emphasis.
        outside = not number and not explicit and plain(start.source) == start.title
        text = start.source if outside else start.title
    text = split_marks(text, Facts())
    bold = _BOLD_LINE.match(text)
    return bold["text"].strip() if bold is not None else text


def holds_answer(block: Block, lines: Sequence[str]) -> bool:
    """Whether a block begins an answer, or has a line that does."""
    if block.kind == PARAGRAPH:
        return any(_is_answer_line(lines[at]) for at in range(block.start, block.end))
    if block.kind == DETAILS:
        return is_answer_summary(unfolded(lines[block.start : block.end])[0])
    if block.kind == QUOTE:
        return any(_is_answer_line(line) for line in unquoted(lines[block.start : block.start + 2]))
    return block.kind == ITEM and _is_answer_line(block.text)


def holds_inner_answer(rest: list[str]) -> bool:
    """Whether the lines below an item's question hold an answer label of their own."""
    for line in rest:
        text = line.strip()
        if text[:8].lower() == "<details" or _is_answer_line(
            text.removeprefix("- ").removeprefix("* ").removeprefix("> ")
        ):
            return True
    return False


def _is_answer_line(line: str) -> bool:
    label = labels.label_of(line)
    return label is not None and label.kind in labels.ANSWERING


def unfolded(lines: Sequence[str]) -> tuple[str, list[str]]:
    """The summary of a ``<details>`` block and the lines inside."""
    text = "\n".join(lines)
    opened = text.find(">") + 1
    match = _SUMMARY.search(text, opened, opened + 3_000)
    summary = match[1].strip() if match else ""
    inner = text[match.end() if match else opened :]
    closing = inner.lower().rfind("</details")
    return summary, (inner[:closing] if closing >= 0 else inner).split("\n")


def is_answer_summary(summary: str) -> bool:
    """Whether a summary only says that the answer is inside; without a summary it does."""
    text = labels.without_decoration(plain(_without_tags(summary))).strip(" :：.。▶►>")
    return not text or _ANSWER_SUMMARY.fullmatch(text) is not None


def unquoted(lines: Sequence[str]) -> list[str]:
    """The lines of a quote without its marks."""
    return [line.lstrip().removeprefix(">").removeprefix(" ") for line in lines]


def _without_tags(text: str) -> str:
    text = re.sub(r"<(/?)(?:b|strong)>", "**", text, flags=re.IGNORECASE)
    return re.sub(r"</?(?:h[1-6]|i|em|span|font|p|u|summary|br)\b[^<>]{0,200}>", " ", text, flags=re.IGNORECASE).strip()


def _is_text_above_rule(block: Block, *, hashed: bool) -> bool:
    """Whether an underline is a rule drawn between questions, right below the text of an answer.

    Where ``##`` makes the headings of that level (``hashed``), a line of hyphens makes none.
    """
    if wording.split_number(block.text).explicit:
        return False
    if (hashed and block.level == 2) or "\n" in block.text or block.text.endswith(_SENTENCE_END):
        return True
    return labels.label_of(block.text) is not None


def sections_below(starts: list[Start]) -> Iterator[tuple[int, list[int]]]:
    """Each heading's position with those of the other starts right below it."""
    inner: list[int] = []
    heading = -1
    for at, start in enumerate(starts):
        if start.is_heading:
            yield heading, inner
            heading, inner = at, []
        else:
            inner.append(at)
    yield heading, inner
