"""Questions of one file that have the same title."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from questionbank.formats.fingerprint import title_key
from questionbank.formats.inline import plain, shortened
from questionbank.formats.reading import ReadQuestion

_FENCES = ("```", "~~~")
_LONGEST_REST = 80


def told_apart(questions: Sequence[ReadQuestion]) -> Iterator[ReadQuestion]:
    """The questions, those of one title with what else they ask behind it: "What's the output? · let a = 3".

    Quizzes ask the same about ever other code, and the title is what a later import knows a question by. For what
    people write as text; what has a field for its title keeps it.
    """
    keys = [title_key(question.title) for question in questions]
    counts = Counter(keys)
    for question, key in zip(questions, keys, strict=True):
        rest = _rest(question, key) if counts[key] > 1 else ""
        yield replace(question, title=shortened(f"{question.title} · {rest}")) if rest else question


def same_titles_doubted(questions: Iterable[ReadQuestion]) -> Iterator[ReadQuestion]:
    """The questions, each whose title stands above with a doubt: ``same_title``."""
    seen: set[str] = set()
    for question in questions:
        key = title_key(question.title)
        if key in seen:
            question = replace(question, doubts=(*question.doubts, "same_title"))
        seen.add(key)
        yield question


def _rest(question: ReadQuestion, key: str) -> str:
    """The beginning of what a question asks beside its title, on one line."""
    lines = [line.strip() for line in question.prompt.split("\n")]
    said = [line for line in lines if line and not line.startswith(_FENCES)]
    if said and title_key(plain(said[0])) == key:
        said = said[1:]
    text = " ".join(" ".join(said).split())
    return text if len(text) <= _LONGEST_REST else text[: _LONGEST_REST - 1].rstrip() + "…"
