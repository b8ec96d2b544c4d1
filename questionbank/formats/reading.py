"""What a reader of question banks hands back, whatever the format of the file."""

from dataclasses import dataclass, field

ENGLISH = "en"
CHINESE = "zh-hans"


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Something in the file that could not be read: where (1-based line), a code, parameters.

    Codes: ``file_too_large``, ``too_many_lines``, ``empty_file``, ``binary``, ``not_utf8``,
    ``cut_off``, ``line_too_long``, ``unclosed_code``, ``unclosed_comment``, ``no_questions``, ``bad_yaml``,
    ``unsafe_yaml``.
    """

    line: int
    code: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A question's words in one more language than its first."""

    language: str
    title: str
    prompt: str
    reference_answer: str = ""
    context: str = ""
    probes: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """One question as its file has it; ``reference_answer`` is the Markdown as written.

    ``line`` is the 1-based line of its heading, ``number`` a label such as "Q1" and no identity.
    ``doubts`` say why the reader is unsure, none when it is sure: ``no_answer``, ``no_label``
    (its neighbours mark their answer, it does not), ``no_title``, ``guessed`` (nothing but the
    wording marks it as a question), ``same_title``, ``unclosed_code``, ``cut_off``, ``rubric_incomplete``
    (it has not all five levels and stays in the context), ``weights_not_100``, ``bad_metadata``.

    What a file does not say is empty. ``anchors`` are five, from level 1 to 5, or none. ``competencies`` are
    (name or slug, percent) that add up to 100, or none; roles and seniorities are names or slugs. ``key`` is
    the identity that the file gives the question (the bank's own id in its exports), ``enemies`` are keys.
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
    tags: tuple[str, ...] = ()
    context: str = ""
    anchors: tuple[str, ...] = ()
    competencies: tuple[tuple[str, int], ...] = ()
    role_families: tuple[str, ...] = ()
    lowest_seniority: str = ""
    highest_seniority: str = ""
    key: str = ""
    enemies: tuple[str, ...] = ()
    translations: tuple[ReadText, ...] = ()


@dataclass(frozen=True, slots=True)
class BankReading:
    """Everything read from one file, in the file's order."""

    questions: tuple[ReadQuestion, ...]
    problems: tuple[ReadProblem, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that have questions, in order of appearance."""
        return tuple(dict.fromkeys(q.category for q in self.questions if q.category))
