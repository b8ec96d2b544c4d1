"""The words of texts, English and Chinese, as search stores and asks for them.

English words are folded to lower case and to one form for singular and plural. Chinese has no spaces, so a run of
characters is stored as its pairs, and its last character alone: every character begins a term, every two-character
word is one. Neighbouring words make a term too ("kv_cache"), so quoted phrases and compounds need no positions.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

LONGEST_WORD = 48
LONGEST_QUERY = 200
MOST_TERMS = 16
_LEAST_PREFIX = 2
_HAN = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
# Runs of Chinese (Japanese, Korean) characters, or words, which may end as C++ and C# do.
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+(?:\+\+|\+(?!\w)|#(?!\w))?)")
# The same for folded texts without other letters: three times as fast.
_WORD = re.compile(r"[a-z0-9]+(?:\+\+|\+(?!\w)|#(?!\w))?")
_JOINED = re.compile(r"[-_./'’:&@]+\Z")
_QUOTED = re.compile(r'"([^"]*)"?')
_E_FOLDS = ("sse", "she", "che", "xe", "ze")
_COMMON = "a an and are as at be by can do does for from how in is it its of on or that the this to what when which why"
STOP_WORDS = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class Term:
    """Something a text must have: one of ``words``, or a word that begins with ``prefix``."""

    words: tuple[str, ...]
    prefix: str = ""

    def accepts(self, word: str) -> bool:
        return word in self.words or bool(self.prefix and word.startswith(self.prefix))


def fold(text: str) -> str:
    """Text in the form in which it is compared."""
    return unicodedata.normalize("NFKC", text).casefold()


def terms_of(texts: Iterable[str]) -> set[str]:
    """Every term that finds one of the texts."""
    found: set[str] = set()
    for text in map(fold, texts):
        if text.isascii():
            _add_words(_WORD.findall(text), found)
            continue
        words: list[str] = []
        for han, word in _RUN.findall(text):
            if word:
                words.append(word)
                continue
            _add_words(words, found)
            words = []
            found.update([han[at : at + 2] for at in range(len(han))])
        _add_words(words, found)
    return found


def _add_words(words: list[str], found: set[str]) -> None:
    """The terms of words that stand together."""
    if not words:
        return
    forms = list(map(_forms, words))
    found.update(*forms)
    found.update([f"{left}_{right}" for (_, left), (_, right) in pairwise(forms)])
    for _, word in forms:
        if word[-1] in "+#":
            found.update(_forms(word.rstrip("+#")))


def number_terms(number: int) -> set[str]:
    """What finds a question by its number: 12, 0012, Q-12, Q-0012."""
    return {str(number), f"q_{number}"}


def read_query(text: str) -> tuple[Term, ...]:
    """What somebody asks for. Never fails; empty where nothing can be asked. The last word may be unfinished."""
    text = fold(text[:LONGEST_QUERY])
    terms: list[Term] = []
    place = 0
    for match in _QUOTED.finditer(text):
        terms += _asked(text[place : match.start()], is_phrase=False)
        terms += _asked(match.group(1), is_phrase=True)
        place = match.end()
    terms += _asked(text[place:], is_phrase=False, may_be_unfinished=not text[place:].endswith((" ", "\u3000")))
    told = [term for term in terms if not STOP_WORDS.issuperset(term.words)]
    return tuple(dict.fromkeys(told or terms))[:MOST_TERMS]


def _asked(text: str, *, is_phrase: bool, may_be_unfinished: bool = False) -> Iterator[Term]:
    """The terms of a part of a query, all of them needed."""
    end = len(text.rstrip())
    words: list[str] = []
    joined_to, joined = 0, False
    for match in _RUN.finditer(text):
        joined = bool(words) and (is_phrase or bool(_JOINED.match(text[joined_to : match.start()])))
        if words and not joined:
            yield from _of_words(words)
            words = []
        joined_to = match.end()
        if match.lastgroup == "word":
            words.append(match.group())
            continue
        yield from _of_words(words)
        words = []
        run = match.group()
        if len(run) == 1:
            yield Term((run,), prefix=run)
        for pair in pairwise(run):
            yield Term(("".join(pair),))
    yield from _of_words(words, unfinished=may_be_unfinished and joined_to == end)


def _of_words(words: list[str], *, unfinished: bool = False) -> Iterator[Term]:
    """One word, or neighbours that must stand together."""
    forms = [_forms(word) for word in words]
    if len(forms) == 1:
        raw, word = forms[0]
        prefix = raw if unfinished and len(raw) > _LEAST_PREFIX and not raw.isdecimal() else ""
        yield Term((word,), prefix)
    for place, ((_, left), (raw, right)) in enumerate(pairwise(forms), start=2):
        prefix = f"{left}_{raw}" if unfinished and place == len(forms) and not raw.isdecimal() else ""
        yield Term((f"{left}_{right}",), prefix)


@lru_cache(maxsize=50_000)
def _forms(word: str) -> tuple[str, str]:
    """A word as written, and in the one form that singular and plural share."""
    word = word[:LONGEST_WORD]
    if word.isdecimal():
        bare = word.lstrip("0") or "0"
        return bare, bare
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word, word
    folded = word
    if word.endswith("ies"):
        folded = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        folded = word[:-1]
    return word, folded[:-1] if folded.endswith(_E_FOLDS) else folded


def marked(text: str, terms: Iterable[Term]) -> list[tuple[str, bool]]:
    """The text in pieces, and whether a piece is what was asked for. The pieces make up the whole text."""
    singles = [term for term in terms if term.words]
    spans: list[tuple[int, int]] = []
    before: tuple[str, int, int] | None = None
    for match in _RUN.finditer(text):
        run = match.group()
        if match.lastgroup == "han":
            spans += _han_spans(run, match.start(), singles)
            before = None
            continue
        raw, word = _forms(fold(run))
        if any(term.accepts(raw) or term.accepts(word) for term in singles):
            spans.append(match.span())
        if before and any(term.accepts(f"{before[0]}_{word}") for term in singles):
            spans += [before[1:], match.span()]
        before = (word, *match.span())
    return _pieces(text, spans)


def _han_spans(run: str, start: int, terms: list[Term]) -> Iterator[tuple[int, int]]:
    for place in range(len(run)):
        for length in (1, 2):
            piece = run[place : place + length]
            if len(piece) == length and any(piece in term.words for term in terms):
                yield start + place, start + place + length


def _pieces(text: str, spans: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    place = 0
    for first, last in sorted(set(spans)):
        first = max(first, place)
        if last <= first:
            continue
        if first > place:
            pieces.append((text[place:first], False))
        if pieces and pieces[-1][1]:
            pieces[-1] = (pieces[-1][0] + text[first:last], True)
        else:
            pieces.append((text[first:last], True))
        place = last
    if place < len(text):
        pieces.append((text[place:], False))
    return pieces
