"""Which questions of one bank are perhaps the same in two languages.

Words do not help, so three things speak: what is written alike in both languages (figures, code, Latin terms), the
number that the bank gives a question, and how well the two files agree as a whole. A pair is never surer than
``SUREST``: somebody has to look. Two files, or the two halves of one, are compared by number; a text without a number
is left out.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from questionbank.formats.similarity import Pair

OTHER_LANGUAGE = "similar_other_language"
SUREST = 0.75
# Share of the numbered pairs with common terms from which two files count as one bank in two languages.
_AGREEING = 0.5
FEWEST = 3
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9+#._-]*[A-Za-z0-9+#]|[0-9]+(?:[.,][0-9]+)*")
_LANGUAGE = re.compile(r"[._-]?(?:en|zh|cn|english|chinese|hans|中文|英文)(?![a-z])")
_DIGITS = re.compile(r"\d+")


class Numbered(NamedTuple):
    """A question of a bank: its number in it, such as "Q12", and where it stands."""

    key: Hashable
    text: str
    language: str
    number: str
    file: str = ""


def across_languages(questions: Iterable[Numbered], *, threshold: float = 0.5) -> list[Pair]:
    """Pairs of questions with the same number in two languages of one bank, in their order. Linear time."""
    groups: dict[tuple[str, str], dict[str, Numbered]] = defaultdict(dict)
    for question in questions:
        number = ".".join(part.lstrip("0") or "0" for part in _DIGITS.findall(question.number))
        if number:
            groups[question.file, question.language].setdefault(number, question)
    banks: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for sheet in sorted(groups):
        banks[bank_name(sheet[0])].append(sheet)
    found: list[Pair] = []
    for sheets in banks.values():
        for at, one in enumerate(sheets):
            for other in sheets[at + 1 :]:
                if one[1] != other[1]:
                    found += _paired(groups[one], groups[other], threshold)
    return found


def bank_name(file: str) -> str:
    """A file's name but for its language: that of ``README.md`` and ``README_EN.md`` is the same."""
    return _LANGUAGE.sub("", file.casefold())


def _paired(one: dict[str, Numbered], other: dict[str, Numbered], threshold: float) -> list[Pair]:
    common = [number for number in one if number in other]
    shares = {number: _common(one[number].text, other[number].text) for number in common}
    speaking = [share for share in shares.values() if share is not None]
    if len(common) < FEWEST or not speaking:
        return []
    agreeing = sum(share > 0 for share in speaking) / len(speaking)
    if agreeing < _AGREEING:
        return []
    pairs = []
    for number, share in shares.items():
        # Half for the structure of the bank, half for what this pair itself shares.
        sure = SUREST * (0.5 * agreeing + 0.5 * (agreeing if share is None else share))
        if share != 0 and sure >= threshold:
            pairs.append(Pair(other[number].key, one[number].key, round(sure, 3), OTHER_LANGUAGE))
    return pairs


def _common(one: str, other: str) -> float | None:
    """How many of the terms of the poorer text the other has too; none where neither can tell."""
    terms, others = (set(map(str.casefold, _TERM.findall(text))) for text in (one, other))
    fewest = min(len(terms), len(others))
    return len(terms & others) / fewest if fewest else None
