"""What a reader of question banks hands back, whatever the format of the file."""

from dataclasses import dataclass, field

ENGLISH = "en"
CHINESE = "zh-hans"


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Something in the file that could not be read: where (1-based line), a code, parameters.

    Codes: ``file_too_large``, ``too_many_lines``, ``empty_file``, ``binary``, ``not_utf8``,
    ``cut_off``, ``line_too_long``, ``unclosed_code``, ``unclosed_comment``, ``no_questions``.
    """

    line: int
    code: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """One question as its file has it; ``reference_answer`` is the Markdown as written.

    ``line`` is the 1-based line of its heading, ``number`` a label such as "Q1" and no identity.
    ``doubts`` say why the reader is unsure, none when it is sure: ``no_answer``, ``no_label``
    (its neighbours mark their answer, it does not), ``no_title``, ``guessed`` (nothing but the
    wording marks it as a question), ``same_title``, ``unclosed_code``, ``cut_off``.
    """

    title: str
    prompt: str
    reference_answer: str
    category: str
    number: str
    line: int
    language: str
    probes: tuple[str, ...] = ()
    minutes: int | None = None
    difficulty: int | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BankReading:
    """Everything read from one file, in the file's order."""

    questions: tuple[ReadQuestion, ...]
    problems: tuple[ReadProblem, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that have questions, in order of appearance."""
        return tuple(dict.fromkeys(q.category for q in self.questions if q.category))
