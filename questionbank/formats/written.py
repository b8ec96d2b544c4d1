"""What writers take: a question, and what is told of it for information."""

from dataclasses import dataclass

from questionbank.formats.reading import ReadQuestion


@dataclass(frozen=True, slots=True)
class Written:
    """A question to be written. State and version are for people; an import does not read them."""

    question: ReadQuestion
    state: str = ""
    version: int | None = None
