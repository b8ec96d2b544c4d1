"""Part what stands under a question: rest of its prompt, facts, answer, probes, rubric, notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from questionbank.formats import labels, wording
from questionbank.formats.blocks import (
    COMMENT,
    DETAILS,
    FENCE,
    HEADING,
    HTML,
    ITEM,
    PARAGRAPH,
    QUOTE,
    RULE,
    TABLE,
    Block,
    is_rule,
    outline,
)
from questionbank.formats.choices import Choices
from questionbank.formats.facts import Facts, take_comment, take_line
from questionbank.formats.inline import dedented, plain, text_of_lines
from questionbank.formats.rubrics import rubric_in
from questionbank.formats.starts import is_answer_summary, unfolded, unquoted

_BACK = re.compile(
    r"(?:<[^<>\n]{1,200}>|[*_\s|>])*(?:\[[^\n]{0,80}\]\([^)\s]{0,200}\)|<a\b[^<>\n]{0,200}>[^\n]{0,80}</a>)"
    r"(?:<[^<>\n]{1,200}>|[*_\s|])*$",
    re.IGNORECASE,
)
_STEP_WORDS = re.compile(r"\b(?:prev(?:ious)?|next|home)\b|上一|下一|首页|[←→]", re.IGNORECASE)
_LINKS = re.compile(r"(?:\[[^\[\]\n]{0,80}\]\([^)\s]{0,200}\)[\s|·•*-]*)+$")
_BACK_WORDS = re.compile(r"\b(?:back|top|toc|contents|index|up)\b|返回|回到|回顶|顶部|目录|[⬆↑🔝🔼▲⇧]", re.IGNORECASE)
_EMPTY_HTML = re.compile(
    r"(?:\s|<br\s*/?>|<a\s+(?:name|id)\s*=[^<>]{0,200}>\s*(?:</a>)?|</(?:details|div|p|center|summary|a|b|i|strong)>"
    r"|<(?:div|p|center|b|i|strong)(?:\s[^<>]{0,200})?>)+$",
    re.IGNORECASE,
)
_NOTED = frozenset({labels.PROBES, labels.RUBRIC, labels.CONTEXT})


@dataclass(slots=True)
class Body:
    """The parts of a question below its first words; ``labelled`` when the answer is marked as such."""

    prompt: str = ""
    answer: str = ""
    context: str = ""
    probes: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    labelled: bool = False
    doubts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _AnswerAt:
    """Where the answer begins: a block, the line in it, and the text that stands on that line."""

    index: int
    line: int
    first: list[str]
    explains: bool = False  # the answer itself is a choice that is marked


def cut_body(
    lines: Sequence[str], blocks: list[Block], span: tuple[int, int], facts: Facts, *, titled: bool = True
) -> Body:
    """Cut the lines of ``span`` (its end excluded), whose blocks these are."""
    cutter = _Cutter(lines, blocks, facts, titled=titled)
    return cutter.body(*span)


class _Cutter:
    def __init__(self, lines: Sequence[str], blocks: list[Block], facts: Facts, *, titled: bool) -> None:
        self.lines = lines
        self.blocks = blocks
        self.facts = facts
        self.titled = titled
        # Lines that stand in neither the prompt nor the answer, or stand there in other words.
        self.gone: set[int] = set()
        self.instead: dict[int, list[str]] = {}
        self.probes: list[str] = []
        self.notes: list[str] = []
        self.result = Body()

    def body(self, first: int, end: int) -> Body:
        answer = self._answer_start()
        choices = Choices.among(self.lines, self.blocks[: answer.index] if answer else self.blocks)
        if choices is not None:
            self.instead |= choices.cleaned
        self._take_notes(answer.index if answer else None)
        self._take_facts(answer)
        result = self.result
        result.labelled = answer is not None
        if answer is not None:
            result.prompt = self._text(first, answer.line)
            right = [*choices.right, ""] if choices is not None and answer.explains and choices.right else []
            result.answer = self._text(answer.line, end, [*right, *answer.first])
        elif choices is not None:
            result.prompt = self._text(first, choices.end)
            rest = self._text(choices.end, end)
            result.answer = "\n\n".join(part for part in ("\n".join(choices.right), rest) if part)
            result.labelled = bool(choices.right)
        else:
            split = self._end_of_prompt(first)
            result.prompt = self._text(first, split)
            result.answer = self._text(split, end)
        result.probes = tuple(probe for probe in self.probes if probe)
        result.context = "\n\n".join(note for note in self.notes if note)
        return result

    def _end_of_prompt(self, first: int) -> int:
        """Without a label the answer is all that follows; "### Q1" alone has its question in the next block."""
        if self.titled:
            return first
        for block in self.blocks:
            if block.kind in (PARAGRAPH, FENCE, ITEM, QUOTE, HEADING, TABLE) and block.start not in self.gone:
                return block.end
        return first

    def _text(self, start: int, end: int, before: Sequence[str] = ()) -> str:
        if not self.gone and not self.instead:
            kept = [*before, *self.lines[start:end]]
        else:
            kept = list(before)
            for at in range(start, end):
                if at in self.instead:
                    kept += self.instead[at]
                elif at not in self.gone:
                    kept.append(self.lines[at])
        while kept and (_is_empty(kept[-1]) or (is_rule(kept[-1]) and self._is_drawn())):
            kept.pop()  # also the line drawn between two questions
        while kept and _is_empty(kept[0]):
            kept.pop(0)
        return text_of_lines(kept)

    def _is_drawn(self) -> bool:
        """Whether what ends here ends in a rule, and not in a code block that shows one."""
        return bool(self.blocks) and self.blocks[-1].kind not in (FENCE, TABLE)

    # Where the answer begins

    def _answer_start(self) -> _AnswerAt | None:
        for index, block in enumerate(self.blocks):
            reader = _ANSWER_READERS.get(block.kind)
            found = reader(self, index, block) if reader else None
            if found is not None:
                return found
        return None

    def _answer_in_heading(self, index: int, block: Block) -> _AnswerAt | None:
        part = labels.heading_part(plain(block.text)) if len(block.text) <= 400 else None
        if part is None or part.kind not in labels.ANSWERING:
            return None
        self.gone.update(range(block.start, block.end))
        return _AnswerAt(index, block.start, [part.rest] if part.rest else [])

    def _answer_in_paragraph(self, index: int, block: Block) -> _AnswerAt | None:
        for at in range(block.start, block.end):
            label = labels.label_of(self.lines[at])
            if label and label.kind in labels.ANSWERING and not self._is_first_choice(at):
                self.gone.add(at)
                first = [label.rest] if label.rest else []
                return _AnswerAt(index, at, first, label.kind == labels.EXPLANATION)
        return None

    def _is_first_choice(self, at: int) -> bool:
        """Whether "A: …" is a choice, for "B: …" comes next."""
        text = self.lines[at].strip().lstrip("*-+ ")
        if text[:1] not in "aA" or text[1:2] not in ":：*":
            return False
        below = next((line.strip() for line in self.lines[at + 1 : at + 4] if line.strip()), "").lstrip("*-+ ")
        return below[:1] in "bB" and wording.is_option(below)

    def _answer_in_details(self, index: int, block: Block) -> _AnswerAt | None:
        summary, inner = unfolded(self.lines[block.start : block.end])
        if not is_answer_summary(summary):
            return None
        self.gone.update(range(block.start, block.end))
        return _AnswerAt(index, block.start, _without_label(inner))

    def _answer_in_quote(self, index: int, block: Block) -> _AnswerAt | None:
        inner = unquoted(self.lines[block.start : block.end])
        for at, line in enumerate(inner[:3]):
            label = labels.label_of(line)
            if label and label.kind in labels.ANSWERING:
                self.gone.update(range(block.start + at, block.end))
                explains = label.kind == labels.EXPLANATION
                return _AnswerAt(index, block.start + at, [label.rest, *inner[at + 1 :]], explains)
        return None

    def _answer_in_item(self, index: int, block: Block) -> _AnswerAt | None:
        label = labels.label_of(block.text)
        if label and label.kind in labels.ANSWERING and not self._is_first_choice(block.start):
            self.gone.update(range(block.start, block.end))
            inner = dedented(list(self.lines[block.start + 1 : block.end]), block.indent)
            return _AnswerAt(index, block.start, [label.rest, *inner] if label.rest else inner)
        return None

    # Notes for the interviewer: probes, rubric, context

    def _take_notes(self, answer: int | None) -> None:
        at = 0
        while at < len(self.blocks):
            block = self.blocks[at]
            kind, rest, start = self._note_label(block)
            if not kind:
                self._drop_question_label(block, before=answer is None or at < answer)
                at += 1
                continue
            after = self._note_end(at, kind, rest)
            held = [line for line in (rest,) if line]
            for other in self.blocks[at + 1 : after]:
                held += self.lines[other.start : other.end] if not held else ["", *self.lines[other.start : other.end]]
            if self._keep_note(kind, held, start):
                self.gone.update(range(start, self.blocks[after - 1].end))
            at = after

    def _note_label(self, block: Block) -> tuple[str, str, int]:
        """The kind of note a block announces, the text beside the label, and the label's line."""
        if block.kind == HEADING and len(block.text) <= 80:
            kind = labels.heading_label(plain(block.text))
            return (kind, "", block.start) if kind in _NOTED else ("", "", 0)
        if block.kind not in (PARAGRAPH, ITEM):
            return "", "", 0
        for at in range(block.start, block.end if block.kind == PARAGRAPH else block.start + 1):
            label = labels.label_of(block.text if block.kind == ITEM else self.lines[at])
            if label is not None and label.kind in _NOTED and at not in self.gone:
                below = list(self.lines[at + 1 : block.end])
                if block.kind == ITEM:
                    below = dedented(below, block.indent)
                return label.kind, "\n".join([label.rest, *below] if label.rest else below), at
        return "", "", 0

    def _note_end(self, at: int, kind: str, rest: str) -> int:
        """The block after a note's last: what a heading holds, or the list or table below a label."""
        block, end = self.blocks[at], at + 1
        if block.kind == HEADING:
            while end < len(self.blocks) and not (
                self.blocks[end].kind == HEADING and self.blocks[end].level <= block.level
            ):
                end += 1
            return end
        if rest:
            return end
        while end < len(self.blocks) and self.blocks[end].kind == ITEM:
            end += 1
        if end == at + 1 and end < len(self.blocks) and self.blocks[end].kind in (TABLE, QUOTE):
            return end + 1
        if end == at + 1 and kind == labels.CONTEXT and end < len(self.blocks) and self.blocks[end].kind == PARAGRAPH:
            return end + 1
        return end

    def _keep_note(self, kind: str, held: list[str], start: int) -> bool:
        """Note a part down; False where it holds nothing."""
        text = text_of_lines([part for line in held for part in line.split("\n")])
        if not text:
            return False
        if kind == labels.PROBES:
            self.probes += items_in(text)
        elif kind == labels.CONTEXT:
            self.notes.append(text)
        else:
            anchors, complete = rubric_in(text)
            if complete and not self.result.anchors:
                self.result.anchors = anchors
            else:
                # Nothing of a rubric that cannot be used is lost: it stays in the notes.
                self.notes.append(
                    "\n".join((self.lines[start].strip(), text)) if text not in self.lines[start] else text
                )
                if anchors:
                    self.result.doubts.append("rubric_incomplete")
        return True

    def _drop_question_label(self, block: Block, *, before: bool) -> None:
        """Take the label off the question's own words: ``**题目**：…`` below a heading."""
        if not before or block.start in self.gone:
            return
        if (
            block.kind == HEADING
            and len(block.text) <= 60
            and labels.heading_label(plain(block.text)) == labels.QUESTION
        ):
            self.gone.add(block.start)
        elif block.kind == PARAGRAPH:
            label = labels.label_of(self.lines[block.start])
            if label is not None and label.kind == labels.QUESTION:
                self.instead[block.start] = [label.rest] if label.rest else []

    # Facts

    def _take_facts(self, answer: _AnswerAt | None) -> None:
        leading = True
        last = len(self.blocks) - 1
        for index, block in enumerate(self.blocks):
            kind = block.kind
            if kind == COMMENT:
                text = "\n".join(self.lines[block.start : block.end])
                if len(text) < 3_000 and take_comment(text, self.facts):
                    self.gone.update(range(block.start, block.end))
                continue
            if kind == RULE:
                continue
            leading = leading and (answer is None or index <= answer.index)
            ahead = leading or (answer is not None and index <= answer.index)
            whole = not ahead or answer is None
            if (kind in (PARAGRAPH, QUOTE, HTML, ITEM) or (kind == HEADING and block.text[:1] == "#")) and (
                ahead or index >= last - 1 or kind == HTML or self._is_short(block)
            ):
                leading = self._take_fact_lines(block, answer, whole=whole) and leading
            else:
                leading = False

    def _is_short(self, block: Block) -> bool:
        return block.end == block.start + 1 and self.lines[block.start].lstrip()[:1] in "[*<"

    def _take_fact_lines(self, block: Block, answer: _AnswerAt | None, *, whole: bool) -> bool:
        """Take the lines that are facts or furniture; whether all of the block was."""
        used = []
        count = 0
        for at in range(block.start, block.end):
            line = self.lines[at]
            if at in self.gone or not line.strip() or (answer is not None and at >= answer.line and not whole):
                continue
            count += 1
            if is_furniture_line(line) or take_line(line, self.facts if not whole or count == 1 else Facts()):
                used.append(at)
            elif whole:
                break
        everything = len(used) == count
        if everything or not whole:
            if whole and count > 1:
                for at in used[1:]:
                    take_line(self.lines[at], self.facts)
            self.gone.update(used)
        return everything


_ANSWER_READERS = {
    HEADING: _Cutter._answer_in_heading,
    PARAGRAPH: _Cutter._answer_in_paragraph,
    DETAILS: _Cutter._answer_in_details,
    QUOTE: _Cutter._answer_in_quote,
    ITEM: _Cutter._answer_in_item,
}


def is_furniture_line(line: str) -> bool:
    """Whether a line only helps to get about: back to top, an anchor, a closing tag."""
    text = line.strip()
    if len(text) > 500 or not text:
        return False
    leads_up = "(#" in text or '"#' in text or "'#" in text
    if leads_up and _BACK.match(text) and _BACK_WORDS.search(text):
        return True
    if text[0] == "[" and _LINKS.match(text) and _STEP_WORDS.search(text):
        return True
    return text[0] == "<" and _EMPTY_HTML.match(text) is not None


def _is_empty(line: str) -> bool:
    text = line.strip()
    return not text or (text[0] == "<" and len(text) < 500 and _EMPTY_HTML.match(text) is not None)


def _without_label(lines: list[str]) -> list[str]:
    """The lines of a folded answer without a label that only says again that it is the answer."""
    for at, line in enumerate(lines):
        if _is_empty(line):
            continue
        text = line.strip()
        label = labels.heading_part(plain(text.lstrip("#").strip())) if text[0] == "#" else labels.label_of(text)
        if label is None or label.kind != labels.ANSWER:
            break
        return [*([label.rest] if label.rest else []), *lines[at + 1 :]]
    return lines


def items_in(text: str) -> list[str]:
    """The items of a list, each as Markdown; a text without list is one item a paragraph."""
    lines = text.split("\n")
    blocks = outline(lines)
    found = []
    for block in blocks:
        if block.kind == ITEM:
            inner = [block.text, *(line.strip() for line in lines[block.start + 1 : block.end])]
            found.append("\n".join(line for line in inner if line))
        else:
            found.append(text_of_lines(lines[block.start : block.end]))
    return found
