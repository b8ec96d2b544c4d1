"""A question made of the values of a row or an object; what is odd about the values becomes a doubt or a problem."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from questionbank.formats import wording
from questionbank.formats.cells import lines_in, words_in
from questionbank.formats.headers import LEVELS, Column, language_named
from questionbank.formats.reading import CHINESE, ENGLISH, BankReading, ReadProblem, ReadQuestion, ReadText
from questionbank.formats.titles import same_titles_doubted

MAX_TITLE = 200
MOST_MINUTES = 240
LANGUAGES = (ENGLISH, CHINESE)

_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"(-?\d{1,9})(?:\.0+)?(?!\d)")
_SHARE = re.compile(r"(.+?)\s*[:：=(（]?\s*(\d{1,3})(?:\.0+)?\s*%?\s*[)）]?$")
_RUBRIC_LINE = re.compile(
    r"\s*(?:[-*•]\s*)?(?:level|score|等级|级别|评分)?\s*([1-5])\s*(?:分|级)?\s*[:：.)、=–-]\s*", re.I
)
_RANGE = re.compile(r"\s*(?:\.\.|…|–|—|~|～|→|->|\bto\b|到|至|\s-\s)\s*")
_DIFFICULTY_WORDS = {
    **dict.fromkeys(("very easy", "beginner", "trivial", "入门", "非常简单"), 1),
    **dict.fromkeys(("basic", "low", "初级", "基础", "低", "易", "较易"), 2),
    **dict.fromkeys(("intermediate", "mid", "normal", "average", "中级", "一般", "适中"), 3),
    **dict.fromkeys(("high", "advanced", "challenging", "高级", "高", "进阶"), 4),
    **dict.fromkeys(("very hard", "expert", "extreme", "专家", "极难", "非常难", "很难"), 5),
}


@dataclass(slots=True)
class Record:
    """What one row or object says. ``exact`` where it is our own export and no white space is chance."""

    line: int
    values: dict[Column, str]
    place: str = ""
    exact: bool = False
    lists: dict[Column, tuple[str, ...]] = field(default_factory=dict)
    shares: tuple[tuple[str, int], ...] | None = None
    doubts: list[str] = field(default_factory=list)

    def text(self, name: str, language: str = "") -> str:
        return self.values.get(Column(name, language), "")

    def problem(self, code: str, **params: object) -> ReadProblem:
        return ReadProblem(self.line, code, {"place": self.place, **params} if self.place else params)


def reading_of(records: Iterable[Record | ReadProblem], *, folder: str = "") -> BankReading:
    """The questions of all records; a second one with the same key is a problem and not taken."""
    questions: list[ReadQuestion] = []
    problems: list[ReadProblem] = []
    keys: dict[str, Record] = {}
    exact = False
    for record in records:
        if isinstance(record, ReadProblem):
            problems.append(record)
            continue
        exact = exact or record.exact
        identity = record.text("key").strip() or record.text("id").strip()
        if identity and identity in keys:
            first = keys[identity]
            problems.append(record.problem("same_key", key=identity[:80], first=first.place or first.line))
            continue
        question = question_of(record)
        if question is None:
            problems.append(record.problem("no_question_here"))
            continue
        keys[identity] = record
        questions.append(question)
    if not questions and not problems:
        problems.append(ReadProblem(1, "no_questions"))
    if folder and not exact and not any(question.category for question in questions):
        questions = [replace(question, category=folder) for question in questions]
    return BankReading(tuple(same_titles_doubted(questions)), tuple(problems))


def question_of(record: Record) -> ReadQuestion | None:
    """The question a record holds, none when nothing is asked in it."""
    spoken = [(language, text) for language in ("", *LANGUAGES) if (text := _text(record, language)) is not None]
    if not spoken:
        return None
    language, first = spoken[0]
    own = language or language_named(record.text("language")) or language_of(first.title + " " + first.prompt)
    doubts = record.doubts
    minutes = _minutes(record.text("minutes"), doubts)
    difficulty = _difficulty(record.text("difficulty") or _level_word(record), doubts)
    lowest, highest = _seniorities(record)
    anchors = _anchors(record, language, doubts)
    others = [(other, text) for other, text in spoken[1:] if other != own]
    translations = [replace(text, language=other, anchors=_anchors(record, other, doubts)) for other, text in others]
    competencies = _competencies(record, doubts)
    if not first.reference_answer:
        doubts.append("no_answer")
    return ReadQuestion(
        title=first.title,
        prompt=first.prompt,
        reference_answer=first.reference_answer,
        category=record.text("category"),
        number=record.text("number") or _number_of(record.text("id")) or record.place,
        line=record.line,
        language=own,
        probes=first.probes,
        minutes=minutes,
        difficulty=difficulty,
        doubts=tuple(dict.fromkeys(doubts)),
        tags=_words(record, "tags"),
        context=first.context,
        anchors=anchors,
        competencies=competencies,
        role_families=_words(record, "role_families"),
        lowest_seniority=lowest,
        highest_seniority=highest,
        key=record.text("key") or ("" if _number_of(record.text("id")) else record.text("id")),
        enemies=_words(record, "enemies"),
        translations=tuple(translations),
    )


def language_of(text: str) -> str:
    """The language most of a text is in."""
    ideographs = len(_IDEOGRAPH.findall(text))
    return CHINESE if ideographs and ideographs >= len(_LATIN_WORD.findall(text)) else ENGLISH


def _text(record: Record, language: str) -> ReadText | None:
    title, prompt = record.text("title", language), record.text("prompt", language)
    if not title.strip() and not prompt.strip():
        return None
    if not record.exact:
        prompt = _with_options(record, prompt or title, language)
        title = _shortened(" ".join((title or _first_line(prompt)).split()))
    probes = record.lists.get(Column("probes", language))
    return ReadText(
        language=language,
        title=title,
        prompt=prompt,
        reference_answer=record.text("reference_answer", language),
        context=record.text("context", language),
        probes=probes or lines_in(record.text("probes", language)),
    )


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return wording.split_number(line.lstrip("#*> ").rstrip("*# ")).text or line


def _with_options(record: Record, prompt: str, language: str) -> str:
    """A prompt with the choices that stand in columns of their own."""
    options = [(sign, record.text(f"option_{sign}", language)) for sign in "abcdefgh"]
    lines = [f"- {sign.upper()}. {text}" for sign, text in options if text]
    return "\n\n".join((prompt, "\n".join(lines))) if lines else prompt


def _shortened(title: str) -> str:
    if len(title) <= MAX_TITLE:
        return title
    room = title[: MAX_TITLE - 1]
    cut = room.rfind(" ")
    return (room[:cut] if cut > MAX_TITLE // 3 else room).rstrip() + "…"


def _words(record: Record, name: str) -> tuple[str, ...]:
    return record.lists.get(Column(name)) or words_in(record.text(name))


def _number_of(text: str) -> str:
    return text if text.isdigit() else ""


def _minutes(text: str, doubts: list[str]) -> int | None:
    if not text:
        return None
    number = _NUMBER.match(text)
    value = wording.minutes_in(text) or (int(number[1]) if number and number.end() == len(text) else 0)
    if not 1 <= value <= MOST_MINUTES:
        doubts.append("bad_minutes")
        return None
    return value


def _difficulty(text: str, doubts: list[str]) -> int | None:
    if not text:
        return None
    number = _NUMBER.match(text)
    whole = int(number[1]) if number and number.end() == len(text) else None
    folded = text.casefold().strip()
    value = whole if whole is not None else wording.difficulty_in(text) or _DIFFICULTY_WORDS.get(folded, 0)
    if not 1 <= value <= 5:
        doubts.append("bad_difficulty")
        return None
    return value


def _level_word(record: Record) -> str:
    """A column called “level” speaks of difficulty where its word does, else of seniority."""
    text = record.text("level")
    return text if text and _difficulty(text, []) else ""


def _seniorities(record: Record) -> tuple[str, str]:
    lowest, highest = record.text("lowest_seniority"), record.text("highest_seniority")
    both = record.text("seniority") or ("" if _level_word(record) else record.text("level"))
    if both and not lowest and not highest:
        parts = [part for part in _RANGE.split(both.strip(), maxsplit=1) if part]
        if not parts:
            return "", ""
        lowest, highest = parts[0], parts[-1]
    return lowest, highest


def _anchors(record: Record, language: str, doubts: list[str]) -> tuple[str, ...]:
    """The five anchors of a text, or none and a doubt where some are missing."""
    levels = {level: record.text(f"level_{level}", language) for level in LEVELS}
    rubric = record.text("rubric", language) or record.text("anchors", language)
    if rubric and not any(levels.values()):
        levels = _levels_in(rubric)
    if not any(text.strip() for text in levels.values()):
        return ()
    if not all(text.strip() for text in levels.values()):
        doubts.append("rubric_incomplete")
        return ()
    return tuple(levels[level] for level in LEVELS)


def _levels_in(rubric: str) -> dict[int, str]:
    """The lines of a rubric by the level they begin with."""
    levels = dict.fromkeys(LEVELS, "")
    current = 0
    for line in rubric.split("\n"):
        match = _RUBRIC_LINE.match(line)
        if match and not levels[int(match[1])]:
            current = int(match[1])
            line = line[match.end() :]
        if current:
            levels[current] = f"{levels[current]}\n{line}".strip()
    return levels


def _competencies(record: Record, doubts: list[str]) -> tuple[tuple[str, int], ...]:
    """Shares that add up to 100, or none and a doubt. Names alone share equally."""
    shares = record.shares
    if shares is None:
        parts = words_in(record.text("competencies"))
        if not parts:
            return ()
        matches = [_SHARE.match(part) for part in parts]
        if not any(matches):
            return _shared_equally(parts)
        shares = tuple((match[1].strip(), int(match[2])) if match else ("", 0) for match in matches)
    if not shares:
        return ()
    names = {name for name, _ in shares}
    if (
        sum(share for _, share in shares) != 100
        or len(names) != len(shares)
        or not all(name and 1 <= share <= 100 for name, share in shares)
    ):
        doubts.append("weights_not_100")
        return ()
    return shares


def _shared_equally(names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    names = tuple(dict.fromkeys(names))[:100]
    share, more = divmod(100, len(names))
    return tuple((name, share + (at < more)) for at, name in enumerate(names))


def fields_of(columns: Mapping[int, Column], cells: list[str]) -> dict[Column, str]:
    """The values of a row by what their columns mean; empty ones left out."""
    return {column: cells[at] for at, column in columns.items() if at < len(cells) and cells[at]}
