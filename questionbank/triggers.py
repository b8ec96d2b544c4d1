"""A published version never changes: rules for ``accounts.triggers``."""

from dataclasses import replace

from accounts.triggers import Effect, Trigger, touches, tracked
from questionbank.choices import FROZEN_STATES

_FROZEN = ", ".join(f"'{state.value}'" for state in FROZEN_STATES)
_MESSAGE = "a published question version never changes"
_KEPT = (
    "id",
    "question_id",
    "number",
    "minutes",
    "difficulty",
    "lowest_seniority_id",
    "highest_seniority_id",
    "rubric_is_generic",
    "fingerprint",
    "author_id",
    "created_at",
    "published_at",
    "published_by_id",
)


def _part_of_frozen(column: str, row: str, parent: str) -> str:
    versions = f"questionbank_questionversion v {parent}"
    return f"EXISTS (SELECT 1 FROM {versions} WHERE {column} = {row} AND v.state IN ({_FROZEN}))"


def _parts(table: str, column: str, parent: str = "", key: str = "v.id") -> list[Trigger]:
    """Nothing that belongs to a frozen version is added, changed or taken away."""
    found = []
    for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
        condition = " OR ".join(_part_of_frozen(key, f"{row}.{column}", parent) for row in rows)
        found.append(Trigger(f"{table}_frozen_{event.lower()}", table, event, _MESSAGE, condition))
    return found


_VERSION = "questionbank_questionversion"
TRIGGERS: list[Trigger | Effect] = [
    Trigger(
        f"{_VERSION}_frozen_update",
        _VERSION,
        "UPDATE",
        _MESSAGE,
        f"OLD.state IN ({_FROZEN}) AND (NEW.state NOT IN ({_FROZEN})"
        " OR (OLD.state = 'retired' AND NEW.state <> 'retired') OR "
        + " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _KEPT)
        + ")",
    ),
    Trigger(f"{_VERSION}_frozen_delete", _VERSION, "DELETE", _MESSAGE, f"OLD.state IN ({_FROZEN})"),
    *_parts("questionbank_questiontext", "version_id"),
    *_parts("questionbank_competencyweight", "version_id"),
    *_parts("questionbank_questionversion_role_families", "questionversion_id"),
    *_parts(
        "questionbank_rubriclevel",
        "text_id",
        parent="JOIN questionbank_questiontext t ON t.version_id = v.id",
        key="t.id",
    ),
    *tracked("questionbank_competency", "competencies"),
    *tracked("questionbank_category", "categories"),
    *tracked("questionbank_rolefamily", "roles"),
    *tracked("questionbank_senioritylevel", "seniorities"),
    *tracked("questionbank_question", "questions"),
    *tracked(_VERSION, "question-versions"),
    *tracked("questionbank_import", "imports"),
    *touches(_VERSION, "question_id", "questionbank_question"),
    *touches("questionbank_question_tags", "question_id", "questionbank_question"),
    *touches("questionbank_leakflag", "question_id", "questionbank_question"),
    *touches("questionbank_enemypair", "first_id", "questionbank_question"),
    *(
        replace(effect, name=f"{effect.name}_second")
        for effect in touches("questionbank_enemypair", "second_id", "questionbank_question")
    ),
]
