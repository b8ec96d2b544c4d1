"""What makes two questions the same: their content, and their title."""

import hashlib
import re
import unicodedata
from typing import Protocol

from questionbank.formats.wording import split_number

# All but letters, numbers and symbols, as Unicode sorts them.
_ASCII_FURNITURE = re.compile(r"[^0-9A-Za-z$+<=>^`|~]+")
_AFTER_LETTER_HASH = re.compile(r"(?<=\w)#")


class QuestionContent(Protocol):
    """The texts that a fingerprint covers; a read question has them, so may a stored one."""

    @property
    def title(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def reference_answer(self) -> str: ...
    @property
    def category(self) -> str: ...


def content_fingerprint(question: QuestionContent) -> str:
    """SHA-256 (hex) of a question's texts; other white space or another number is no change."""
    texts = (question.title, question.prompt, question.reference_answer, question.category)
    folded = (" ".join(unicodedata.normalize("NFC", text).split()) for text in texts)
    return hashlib.sha256("\0".join(folded).encode()).hexdigest()


def title_key(title: str) -> str:
    """A title without case, width, punctuation, white space and number; equal keys, same title.

    Symbols stay ("C++" is not "C"), and so does the hash of "C#". A title of nothing but
    punctuation or a number keeps it.
    """
    plain = " ".join(unicodedata.normalize("NFKC", title).casefold().split())
    text = split_number(plain).text or plain
    text = _AFTER_LETTER_HASH.sub("♯", text)
    if text.isascii():
        return _ASCII_FURNITURE.sub("", text) or plain
    kept = "".join([sign for sign in text if unicodedata.category(sign)[0] in "LNMS"])
    return unicodedata.normalize("NFKC", kept) or plain
