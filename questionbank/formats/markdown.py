"""Read a Markdown question bank whose questions are headings.

Which headings are questions is decided for the whole file at once, by the surest sign it has:
numbers that say "question" (``### Q1: …``), then answer labels (``**Answer**:``), then wording.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from questionbank.formats import wording
from questionbank.formats.fingerprint import title_key
from questionbank.formats.headings import Heading, headings_of, plain, questions_among
from questionbank.formats.outline import HEADING, LISTS, PARAGRAPH, RULE, Block, outline, unclosed
from questionbank.formats.reading import CHINESE, ENGLISH, BankReading, ReadProblem, ReadQuestion
from questionbank.formats.source import Source, read_source

MAX_TITLE = 200

_CLAUSE_END = re.compile(r"[。？！；，、：?!;,:](?=\D)|\.(?=\s)")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_RULE_LINE = re.compile(r"\s{0,3}(?:-[-\s]{2,}|\*[*\s]{2,}|_[_\s]{2,})$")
_ITEM_MARK = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")


@dataclass(slots=True)
class _Part:
    """One question's lines: its heading and the blocks up to ``end`` (0-based, excluded)."""

    heading: Heading
    category: str
    end: int
    blocks: list[Block] = field(default_factory=list)


def read_markdown_bank(data: bytes) -> BankReading:
    """Read a Markdown file. Linear time; never raises, whatever the bytes.

    A file that cannot be read at all, or holds no questions, says so in its problems.
    """
    source = read_source(data)
    if not source.lines:
        return BankReading((), source.problems)
    blocks = outline(source.lines)
    problems = list(source.problems)
    swallowed = unclosed(blocks[-1], source.lines) if blocks else ""
    if swallowed:
        problems.append(ReadProblem(blocks[-1].start + 1, swallowed))
    headings = headings_of(blocks, source.lines)
    chosen, guessed = questions_among(headings)
    parts = [
        part
        for part in _parts(headings, chosen, blocks, len(source.lines))
        if source.too_long.isdisjoint(range(part.heading.block.start, part.end))
    ]
    cuts = [_cut(part, source.lines) for part in parts]
    usual = _usual_doubts(cuts, guessed=guessed)
    questions = [_question(part, cut, usual) for part, cut in zip(parts, cuts, strict=True)]
    if questions:
        _doubt_last(questions, parts[-1], source, swallowed)
    elif not problems:
        problems.append(ReadProblem(1, "no_questions"))
    return BankReading(tuple(_doubt_same_titles(questions)), tuple(sorted(problems, key=lambda p: p.line)))


def _parts(headings: list[Heading], chosen: set[int], blocks: list[Block], line_count: int) -> Iterator[_Part]:
    """Each question with what stands under it, and the category it stands under."""
    sections: list[Heading] = []
    document_title = _document_title(headings)
    current: _Part | None = None
    for at, heading in enumerate(headings):
        is_question = at in chosen
        if current and not is_question and heading.level > current.heading.level:
            continue  # a sub-heading of the answer
        if current:
            yield _closed(current, heading.block.start, heading.index, blocks)
            current = None
        if is_question:
            category = _category(sections, heading, document_title)
            current = _Part(heading, category, line_count)
        else:
            sections = [held for held in sections if held.level < heading.level] + [heading]
    if current:
        yield _closed(current, line_count, len(blocks), blocks)


def _closed(part: _Part, end: int, until: int, blocks: list[Block]) -> _Part:
    part.end = end
    part.blocks = blocks[part.heading.index + 1 : until]
    return part


def _document_title(headings: list[Heading]) -> Heading | None:
    """The first heading when it is the only one of level 1: it names the bank, no category."""
    tops = [heading for heading in headings if heading.level == 1]
    return tops[0] if len(tops) == 1 and tops[0] is headings[0] else None


def _category(sections: list[Heading], question: Heading, document_title: Heading | None) -> str:
    for section in reversed(sections):
        if section is document_title or section.level > question.level:
            continue
        if section.level < question.level or not wording.is_furniture(section.title):
            return _shortened(section.title)
    return ""


@dataclass(slots=True)
class _Cut:
    """What stands under a heading, parted by its labels."""

    prompt: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    probes: list[str] = field(default_factory=list)
    minutes: int | None = None
    difficulty: int | None = None
    labelled: bool = False


def _usual_doubts(cuts: list[_Cut], *, guessed: bool) -> tuple[str, ...]:
    """Doubts about every question without an answer label, by what its neighbours have."""
    if guessed:
        return ("guessed",)
    return ("no_label",) if any(cut.labelled for cut in cuts) else ()


def _question(part: _Part, cut: _Cut, usual: tuple[str, ...]) -> ReadQuestion:
    heading = part.heading
    answer = _text(cut.answer)
    asked = _heading_prompt(heading)
    prompt = "\n\n".join(text for text in (asked, _text(cut.prompt)) if text)
    first_line = next((line for line in prompt.split("\n") if line.strip()), "")
    title = heading.title or plain(first_line.strip())
    doubts = [] if cut.labelled else [code for code in usual if answer or code == "guessed"]
    if not title:
        doubts.append("no_title")
    if not answer:
        doubts.append("no_answer")
    return ReadQuestion(
        title=_shortened(title or heading.number),
        prompt=prompt or heading.number,
        reference_answer=answer,
        category=part.category,
        number=heading.number,
        line=heading.block.start + 1,
        language=_language(prompt or answer),
        probes=tuple(cut.probes),
        minutes=cut.minutes,
        difficulty=cut.difficulty,
        doubts=tuple(doubts),
    )


def _heading_prompt(heading: Heading) -> str:
    """The heading as Markdown, without its number where that stands free of the marks."""
    if not heading.number:
        return heading.source
    number, text, _ = wording.split_number(heading.source)
    return text if number == heading.number else heading.title


def _cut(part: _Part, lines: list[str]) -> _Cut:
    """Part the body: facts stated before the answer, rest of the prompt, answer, probes."""
    cut = _Cut()
    first = part.heading.block.end
    answer_from, rest = _answer_start(part, lines)
    used = _take_facts(cut, part, lines, answer_from)
    used |= _take_probes(cut, part, lines)
    cut.labelled = rest is not None
    end = part.end
    while end > first and not lines[end - 1].strip():
        end -= 1
    if end > first and _ends_with_rule(part) and _RULE_LINE.match(lines[end - 1]):
        end -= 1  # the line drawn between two questions
    cut.prompt = [lines[at] for at in range(first, min(answer_from, end)) if at not in used]
    following = answer_from + cut.labelled
    cut.answer = [lines[at] for at in range(following, end) if at not in used]
    if rest:
        cut.answer.insert(0, rest)
    return cut


def _ends_with_rule(part: _Part) -> bool:
    return bool(part.blocks) and (part.blocks[-1].kind == RULE or part.blocks[-1].underlined)


def _answer_start(part: _Part, lines: list[str]) -> tuple[int, str | None]:
    """The line of the answer label and the text beside it; without label, where the answer is."""
    for block in part.blocks:
        if block.kind == HEADING and wording.is_answer_heading(plain(block.text)):
            return block.end - 1, ""
        if block.kind == PARAGRAPH:
            for at in range(block.start, block.end):
                label = wording.label_of(lines[at])
                if label and label.kind == wording.ANSWER:
                    return at, label.rest
    if not part.heading.title and part.blocks:
        return part.blocks[0].end, None  # "### Q1" alone: its question is the next block
    return part.heading.block.end, None


def _take_facts(cut: _Cut, part: _Part, lines: list[str], answer_from: int) -> set[int]:
    """Minutes and difficulty from labelled lines ahead of the answer; what is unclear stays."""
    used = set()
    ahead = [block for block in part.blocks if block.end <= answer_from] or part.blocks[:1]
    for block in ahead:
        if block.kind != PARAGRAPH:
            continue
        for at in range(block.start, block.end):
            label = wording.label_of(lines[at])
            if label is None:
                continue
            if label.kind == wording.MINUTES and cut.minutes is None:
                cut.minutes = wording.minutes_in(label.rest)
                used |= {at} if cut.minutes is not None else set()
            elif label.kind == wording.DIFFICULTY and cut.difficulty is None:
                cut.difficulty = wording.difficulty_in(label.rest)
                used |= {at} if cut.difficulty is not None else set()
    return used


def _take_probes(cut: _Cut, part: _Part, lines: list[str]) -> set[int]:
    """Follow-up questions: the text beside their label, or the list right below it."""
    used: set[int] = set()
    for at, block in enumerate(part.blocks):
        if block.kind != PARAGRAPH:
            continue
        label = wording.label_of(lines[block.end - 1])
        if label is None or label.kind != wording.PROBES:
            continue
        after = part.blocks[at + 1] if at + 1 < len(part.blocks) else None
        if label.rest:
            cut.probes.append(label.rest)
            used.add(block.end - 1)
        elif after is not None and after.kind in LISTS:
            for start, end in zip(after.items, [*after.items[1:], after.end], strict=True):
                item = [_ITEM_MARK.sub("", lines[start], count=1), *lines[start + 1 : end]]
                cut.probes.append("\n".join(line.strip() for line in item if line.strip()))
            used.update(range(block.end - 1, after.end))
    cut.probes = [probe for probe in cut.probes if probe]
    return used


def _text(lines: list[str]) -> str:
    """Lines as written, without blank lines around and an indentation common to all."""
    kept = [line for line in lines if line.strip()]
    if not kept:
        return ""
    # Four spaces would be a code block, which the first line must stay.
    indent = min(min(len(line) - len(line.lstrip(" ")) for line in kept), 4)
    if 0 < indent < 4:
        lines = [line[indent:] if line.strip() else line for line in lines]
    first = next(at for at, line in enumerate(lines) if line.strip())
    last = next(at for at in range(len(lines), 0, -1) if lines[at - 1].strip())
    return "\n".join(lines[first:last])


def _shortened(title: str) -> str:
    """A title of at most 200 characters, cut after a clause where one ends late enough."""
    if len(title) <= MAX_TITLE:
        return title
    room = title[: MAX_TITLE - 1]
    ends = [match.start() for match in _CLAUSE_END.finditer(title[:MAX_TITLE])]
    cut = max((end for end in ends if end >= MAX_TITLE // 3), default=0) or room.rfind(" ")
    return (room[:cut] if cut > 0 else room).rstrip() + "…"


def _language(text: str) -> str:
    ideographs = len(_IDEOGRAPH.findall(text))
    return CHINESE if ideographs and ideographs >= len(_LATIN_WORD.findall(text)) else ENGLISH


def _doubt_last(questions: list[ReadQuestion], part: _Part, source: Source, swallowed: str) -> None:
    """Say of the last question that damage at the end of the file falls in it."""
    codes = [code for code in (swallowed,) if code]
    if source.cut_off:
        codes.append("cut_off")
    if codes and part.end == len(source.lines):
        last = questions[-1]
        questions[-1] = replace(last, doubts=(*last.doubts, *codes))


def _doubt_same_titles(questions: list[ReadQuestion]) -> Iterator[ReadQuestion]:
    seen: set[str] = set()
    for question in questions:
        key = title_key(question.title)
        if key in seen:
            question = replace(question, doubts=(*question.doubts, "same_title"))
        seen.add(key)
        yield question
