"""Front matter: the YAML at the head of a file, and files that are one question."""

from dataclasses import dataclass, field

from questionbank.formats import labels, wording
from questionbank.formats.blocks import HEADING, PARAGRAPH, Block, outline
from questionbank.formats.bodies import Body, cut_body, items_in
from questionbank.formats.facts import Facts, facts_of_mapping, split_marks
from questionbank.formats.frontmatter import MetadataError, Value, plain_fields, read_mapping, text_of, texts_of
from questionbank.formats.headers import column_named
from questionbank.formats.inline import plain, shortened
from questionbank.formats.reading import ReadProblem
from questionbank.formats.rubrics import rubric_in

_ENDS = ("---", "...")
_MOST_LINES = 2_000
_SPEAKING = {
    "question",
    "prompt",
    "reference_answer",
    "difficulty",
    "minutes",
    "probes",
    "rubric",
    "competencies",
    "seniority",
}


@dataclass(slots=True)
class FrontMatter:
    """What stands at the head of a file: texts by the field they fill, and facts."""

    texts: dict[str, Value] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    problem: ReadProblem | None = None
    length: int = 0

    @property
    def speaks_of_question(self) -> bool:
        return bool(_SPEAKING & set(self.texts)) and bool({"title", "question", "prompt"} & set(self.texts))

    @property
    def names_one(self) -> bool:
        return "title" in self.texts or "question" in self.texts or "prompt" in self.texts


def front_matter_of(lines: list[str]) -> FrontMatter:
    """Read the block between ``---`` at the head of a file; a broken one is a problem, read as far as it goes."""
    found = FrontMatter()
    first = next((at for at, line in enumerate(lines[:50]) if line.strip()), None)
    if first is None or lines[first].rstrip() != "---":
        return found
    end = next((at for at in range(first + 1, min(len(lines), _MOST_LINES)) if lines[at].rstrip() in _ENDS), 0)
    block = "\n".join(lines[first + 1 : end])
    if not end or not block.strip() or not _looks_like_fields(lines[first + 1]):
        return found
    found.length = end + 1
    try:
        values = read_mapping(block)
    except MetadataError as error:
        found.problem = ReadProblem(first + 2 + error.line, error.code)
        values = plain_fields(block) if error.code == "bad_yaml" else {}
    for name, value in values.items():
        column = column_named(name)
        if column is not None and not column.language:
            found.texts.setdefault(column.field, value)
    facts_of_mapping(values, found.facts)
    return found


def _looks_like_fields(line: str) -> bool:
    return ":" in line or "：" in line or line.startswith(("#", "-", "{")) or not line.strip()


@dataclass(slots=True)
class Single:
    """A file that is one question, before it is made a ReadQuestion."""

    title: str
    prompt: str
    body: Body
    facts: Facts
    line: int


def read_single(lines: list[str], matter: FrontMatter) -> Single:
    """The one question of a file: named by its front matter, asked and answered there or below."""
    texts, facts = matter.texts, matter.facts
    blocks = outline(lines, matter.length)
    asked = text_of(texts.get("prompt")) or text_of(texts.get("question"))
    title = text_of(texts.get("title")) or (asked.split("\n")[0] if asked else "")
    top = blocks[0] if blocks and blocks[0].kind == HEADING and blocks[0].level == 1 else None
    heading = plain(top.text) if top is not None else ""
    if top is not None and labels.heading_label(heading) == "":
        blocks = blocks[1:]
        if not title or (not asked and wording.asks(heading)):
            title = heading
        elif heading.casefold() != plain(title).casefold() and not asked:
            asked = heading
    first = top.end if top is not None and blocks and blocks[0] is not top else matter.length
    title = split_marks(wording.split_number(plain(title)).text or plain(title), facts)
    asks = wording.asks(title) or bool(asked)
    body = cut_body(lines, blocks, (first, len(lines)), facts, titled=asks or not _first_asks(lines, blocks))
    answer = text_of(texts.get("reference_answer"))
    if answer:
        below = "\n\n".join(part for part in (body.prompt, body.answer) if part)
        if body.labelled or asked:
            body.answer = "\n\n".join(part for part in (answer, body.answer) if part)
        else:
            body.prompt, body.answer = below, answer
        body.labelled = True
    _take_lists(texts, body)
    prompt = "\n\n".join(part for part in (asked or (title if asks or not body.prompt else ""), body.prompt) if part)
    return Single(shortened(title), prompt, body, facts, 1)


def _first_asks(lines: list[str], blocks: list[Block]) -> bool:
    block = blocks[0] if blocks else None
    return (
        block is not None and block.kind == PARAGRAPH and wording.asks(plain(" ".join(lines[block.start : block.end])))
    )


def _take_lists(texts: dict[str, Value], body: Body) -> None:
    probes = texts.get("probes")
    if probes:
        body.probes = (*body.probes, *(texts_of(probes) if isinstance(probes, list) else items_in(text_of(probes))))
    notes = text_of(texts.get("context"))
    if notes:
        body.context = "\n\n".join(part for part in (notes, body.context) if part)
    rubric = texts.get("rubric") or texts.get("anchors")
    if isinstance(rubric, dict):
        rubric = "\n".join(f"{level}: {text_of(text)}" for level, text in rubric.items())
    elif isinstance(rubric, list):
        rubric = "\n".join(f"{at}: {text}" for at, text in enumerate(texts_of(rubric), start=1))
    if rubric:
        anchors, complete = rubric_in(rubric)
        if complete:
            body.anchors = anchors
        else:
            body.doubts.append("rubric_incomplete")
            body.context = "\n\n".join(part for part in (body.context, rubric) if part)
