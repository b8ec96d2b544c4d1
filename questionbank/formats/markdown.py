"""Read a Markdown question bank as people write it. Linear time; never raises, whatever the bytes.

The way of a file: ``source`` decodes it, ``blocks`` finds its blocks, ``starts`` lists where questions may begin
(one function a habit), ``choosing`` decides which of them are questions, ``parts`` says which lines belong to each,
``bodies`` parts those into prompt, answer, rubric and so on, ``facts`` reads marks of difficulty, tags and the like.
Tables of questions are read by ``grids``, files that are one question by ``singles``, our own export by
``own_markdown``. ``regrouping`` parts or joins lines that mean something else than Markdown has it.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace

from questionbank.formats import wording
from questionbank.formats.answer_keys import answer_key, with_answers
from questionbank.formats.blocks import ITEM, TABLE, Block, outline, unclosed
from questionbank.formats.bodies import Body, cut_body
from questionbank.formats.choosing import questions_among
from questionbank.formats.facts import Facts, merge, rich_fields, take_comment
from questionbank.formats.figures import has_three_steps
from questionbank.formats.grids import questions_in_table
from questionbank.formats.inline import plain, shortened
from questionbank.formats.own_markdown import is_own_form, read_own_markdown
from questionbank.formats.parts import Part, category_at, parts_of
from questionbank.formats.reading import BankReading, ReadProblem, ReadQuestion
from questionbank.formats.regrouping import parted_questions, topics_as_headings
from questionbank.formats.singles import FrontMatter, front_matter_of, read_single
from questionbank.formats.source import Source, read_source
from questionbank.formats.starts import Start, prompt_of, starts_of
from questionbank.formats.titles import same_titles_doubted, told_apart


def read_markdown_bank(data: bytes, *, folder: str = "") -> BankReading:
    """Read a Markdown file; ``folder`` gives the category where the file names none.

    A file that cannot be read at all, or holds no questions, says so in its problems.
    """
    source = read_source(data)
    if not source.lines:
        return BankReading((), source.problems)
    if is_own_form(source.lines):
        reading = read_own_markdown(source.lines)
        return replace(reading, problems=_in_order([*source.problems, *reading.problems]))
    matter = front_matter_of(source.lines)
    blocks = outline(source.lines, matter.length)
    problems = list(source.problems)
    if matter.problem is not None:
        problems.append(matter.problem)
    swallowed = unclosed(blocks[-1]) if blocks else ""
    if swallowed:
        problems.append(ReadProblem(blocks[-1].start + 1, swallowed))
    questions = _questions(source, blocks, matter, swallowed)
    if folder and not any(question.category for question in questions):
        questions = [replace(question, category=folder) for question in questions]
    if not questions and not problems:
        problems.append(ReadProblem(1, "no_questions"))
    return BankReading(tuple(same_titles_doubted(told_apart(questions))), _in_order(problems))


def _in_order(problems: Iterable[ReadProblem]) -> tuple[ReadProblem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _questions(source: Source, blocks: list[Block], matter: FrontMatter, swallowed: str) -> list[ReadQuestion]:
    key, answers = answer_key(blocks, source.lines)
    key_line = blocks[key.start].start if key else 0
    blocks = [*blocks[: key.start], *blocks[key.stop :]] if key else blocks
    blocks = parted_questions(blocks, source.lines)
    starts = starts_of(blocks, source.lines)
    chosen = questions_among(starts)
    topics = [] if matter.names_one else _topics(source.lines, starts, chosen, blocks)
    if topics:
        source = replace(source, lines=topics)
        blocks = parted_questions(outline(topics, matter.length), topics)
        starts = starts_of(blocks, topics)
        chosen = questions_among(starts)
    if _is_single(matter, chosen):
        return [] if source.too_long else [_single(source, matter, swallowed)]
    parts = [
        part
        for part in parts_of(starts, chosen, blocks, len(source.lines))
        if source.too_long.isdisjoint(range(part.start.block.start, part.end))
    ]
    for part in parts:
        if key and part.start.block.start < key_line < part.end:
            part.end = key_line
    bodies = [_body(part, source.lines) for part in parts]
    _measure_flames([facts for _, facts in bodies])
    labelled = any(body.labelled for body, _ in bodies)
    questions = [
        _question(part, body, facts, matter, labelled=labelled)
        for part, (body, facts) in zip(parts, bodies, strict=True)
    ]
    if questions:
        _doubt_last(questions, parts[-1].end, source, swallowed)
    rows = _rows(source, blocks, starts, parts, matter)
    found = sorted([*questions, *rows], key=lambda question: question.line) if rows else questions
    found = with_answers(found, answers) if answers else found
    return _on_three_steps(found, source.lines)


def _measure_flames(found: list[Facts]) -> None:
    """Take 🔥 as difficulty where the file has them in numbers; one alone only says that a question is popular."""
    if any(facts.flames > 1 for facts in found):
        for facts in found:
            facts.difficulty = facts.difficulty or facts.flames or None


def _on_three_steps(questions: list[ReadQuestion], lines: list[str]) -> list[ReadQuestion]:
    """The questions with one star as middling, where 👶 and 🚀 stand beside stars."""
    levels = {question.difficulty for question in questions}
    if 1 not in levels or not levels & {2, 5} or not any(has_three_steps(lines[each.line - 1]) for each in questions):
        return questions
    return [replace(each, difficulty=3) if each.difficulty == 1 else each for each in questions]


def _topics(lines: list[str], starts: list[Start], chosen: dict[int, bool], blocks: list[Block]) -> list[str]:
    """The lines with items that hold lists of questions made headings, where they stand in no question."""
    loose = [block for block in blocks if block.kind == ITEM and block.end > block.start + 1]
    if loose and chosen:
        parts = parts_of(starts, chosen, blocks, len(lines))
        begins = [part.start.block.start for part in parts]
        ends = [part.end for part in parts]
        places = [bisect_right(begins, block.start) - 1 for block in loose]
        loose = [block for block, at in zip(loose, places, strict=True) if at < 0 or block.start >= ends[at]]
    return topics_as_headings(lines, loose) if loose else []


def _is_single(matter: FrontMatter, chosen: dict[int, bool]) -> bool:
    """Whether a file is one question: its head names one, and its body holds no bank."""
    if not matter.names_one:
        return False
    sure = sum(not guess for guess in chosen.values())
    return sure < 2 and (matter.speaks_of_question or len(chosen) < 2)


def _single(source: Source, matter: FrontMatter, swallowed: str) -> ReadQuestion:
    single = read_single(source.lines, matter)
    doubts = [code for code in (swallowed, "cut_off" if source.cut_off else "") if code]
    if matter.problem is not None:
        doubts.append("bad_metadata")
    question = _made(single.title, single.prompt, single.body, single.facts, line=single.line, doubts=doubts)
    return replace(question, category=single.facts.category)


def _body(part: Part, lines: list[str]) -> tuple[Body, Facts]:
    """Cut what stands under a question; a heading's is cut where it stands, another's is put together first."""
    start = part.start
    for comment in part.above:
        take_comment("\n".join(lines[comment.start : comment.end]), start.facts)
    if start.is_heading:
        span = (start.block.end, part.end)
        return cut_body(lines, part.blocks, span, start.facts, titled=bool(start.title)), start.facts
    below = [*start.rest, *lines[start.block.end : part.end]]
    return cut_body(below, outline(below), (0, len(below)), start.facts, titled=bool(start.title)), start.facts


def _question(part: Part, body: Body, facts: Facts, matter: FrontMatter, *, labelled: bool) -> ReadQuestion:
    start = part.start
    doubts = ["guessed"] if part.guessed else []
    if labelled and not body.labelled and body.answer and not part.guessed:
        doubts.append("no_label")
    prompt = "\n\n".join(text for text in (prompt_of(start), start.more.strip("\n"), body.prompt) if text)
    own = facts.category
    merge(matter.facts, facts)
    question = _made(start.title, prompt, body, facts, line=start.block.start + 1, doubts=doubts, number=start.number)
    if part.category and own not in ("", part.category):
        question = replace(question, tags=tuple(dict.fromkeys((*question.tags, own))))
    return replace(question, category=part.category or facts.category)


def _made(
    title: str, prompt: str, body: Body, facts: Facts, *, line: int, doubts: list[str], number: str = ""
) -> ReadQuestion:
    first = next((text for text in prompt.split("\n") if text.strip()), "") if not title else ""
    title = title or plain(first.strip())
    if not title:
        doubts.append("no_title")
    if not body.answer:
        doubts.append("no_answer")
    question = ReadQuestion(
        title=shortened(title or number),
        prompt=prompt or title or number,
        reference_answer=body.answer,
        category="",
        number=number,
        line=line,
        language=wording.language_of(prompt or body.answer),
        probes=body.probes,
        minutes=facts.minutes,
        difficulty=facts.difficulty,
        doubts=(*doubts, *body.doubts),
        tags=tuple(facts.tags),
        context=body.context,
        anchors=body.anchors,
    )
    rich, more = rich_fields(facts)
    if rich is None:
        return question
    return replace(
        question,
        competencies=rich.competencies,
        role_families=rich.role_families,
        lowest_seniority=rich.lowest_seniority,
        highest_seniority=rich.highest_seniority,
        key=rich.key,
        enemies=rich.enemies,
        doubts=(*question.doubts, *more),
    )


def _rows(
    source: Source, blocks: list[Block], starts: list[Start], parts: list[Part], matter: FrontMatter
) -> list[ReadQuestion]:
    """Questions in tables that stand in no other question."""
    begins = [part.start.block.start for part in parts]
    found = []
    for index, block in enumerate(blocks):
        if block.kind != TABLE or not source.too_long.isdisjoint(range(block.start, block.end)):
            continue
        at = bisect_right(begins, block.start) - 1
        if at >= 0 and block.start < parts[at].end:
            continue
        category = ""
        for question in questions_in_table(source.lines, block):
            category = category or category_at(starts, index)
            tags = tuple(dict.fromkeys((*question.tags, *matter.facts.tags)))
            found.append(replace(question, category=question.category or category or matter.facts.category, tags=tags))
    return found


def _doubt_last(questions: list[ReadQuestion], end: int, source: Source, swallowed: str) -> None:
    """Say of the last question that damage at the end of the file falls in it."""
    codes = [code for code in (swallowed,) if code]
    if source.cut_off:
        codes.append("cut_off")
    if codes and end == len(source.lines):
        last = questions[-1]
        questions[-1] = replace(last, doubts=(*last.doubts, *codes))
