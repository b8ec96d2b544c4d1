"""How many questions are changed with few statements, keeping every rule that ``versions`` keeps for one."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.identifiers import new_id
from accounts.models import AuditEntry, User
from delivery.services.events import record_events
from questionbank.choices import OPEN_STATES, VersionState
from questionbank.models import (
    Competency,
    CompetencyWeight,
    Question,
    QuestionText,
    QuestionVersion,
    RubricLevel,
)
from questionbank.services.changes import Changes, Line
from questionbank.services.search import index_questions
from questionbank.services.shelves import tags_named
from questionbank.services.versions import published

_KEPT = ("minutes", "difficulty", "lowest_seniority_id", "highest_seniority_id", "rubric_is_generic", "fingerprint")


def with_parts(versions: QuerySet[QuestionVersion]) -> QuerySet[QuestionVersion]:
    """Versions with all that a change looks at."""
    joined = versions.select_related("question__category", "lowest_seniority", "highest_seniority")
    return joined.prefetch_related("question__tags", "role_families", "weights__competency", "texts")


def write(lines: Collection[Line], changes: Changes, actor: User) -> None:
    """Do what the lines say, inside the caller's transaction, which holds the questions."""
    ids = [line.question.pk for line in lines]
    entries: list[AuditEntry] = []
    sorted_ones = [line for line in lines if any(it.name in {"category", "tags"} for it in line.differences)]
    if sorted_ones:
        _sort([line.question.pk for line in sorted_ones], changes)
        entries += [_entry(actor, "question.sorted", line.question) for line in sorted_ones]
    entries += [_entry(actor, "version.written", version) for version in _write_versions(lines, changes, actor)]
    stepped = [line for line in lines if any(it.name == "state" for it in line.differences)]
    if stepped and changes.step:
        _STEPS[changes.step](stepped, actor)
        name = _ACTIONS[changes.step]
        entries += [
            _entry(actor, name, line.question if name == "question.retired" else line.version) for line in stepped
        ]
    index_questions(ids)
    AuditEntry.objects.bulk_create(entries)


def _entry(actor: User, action: str, subject: Question | QuestionVersion) -> AuditEntry:
    return AuditEntry(
        actor=actor,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        detail={"bulk": True},
    )


def _sort(ids: Collection[UUID], changes: Changes) -> None:
    if changes.category:
        Question.objects.filter(pk__in=ids).update(category=changes.category)
    joins = Question.tags.through
    if changes.remove_tags:
        joins.objects.filter(question__in=ids, tag__in=changes.remove_tags).delete()
    for tag in tags_named(changes.add_tags):
        joins.objects.bulk_create([joins(question_id=pk, tag=tag) for pk in ids], ignore_conflicts=True)


# What versions say -------------------------------------------------------------------------------------


def _write_versions(lines: Collection[Line], changes: Changes, actor: User) -> list[QuestionVersion]:
    """Change one's own drafts, and write next drafts for what is frozen. Their texts are written anew."""
    pairs = []
    for line in lines:
        if line.of_version:
            pairs.append((line.version, _next(line.version, actor) if line.makes_draft else line.version))
    if not pairs:
        return []
    texts, levels = _copied_texts(pairs)
    joins = QuestionVersion.role_families.through
    roles = {old.pk: [role.pk for role in changes.role_families or old.role_families.all()] for old, _new in pairs}
    weights = {old.pk: dict(changes.weights) or _weights_of(old) for old, _new in pairs}
    for _old, new in pairs:
        _change(new, changes)
    kept = [new for old, new in pairs if old is new]
    QuestionVersion.objects.bulk_update(kept, ["state", *_KEPT[:4]])
    for model, column in (
        (joins, "questionversion__in"),
        (CompetencyWeight, "version__in"),
        (QuestionText, "version__in"),
    ):
        model.objects.filter(**{column: kept}).delete()
    QuestionVersion.objects.bulk_create(new for old, new in pairs if old is not new)
    joins.objects.bulk_create(
        joins(questionversion_id=new.pk, rolefamily_id=role) for old, new in pairs for role in roles[old.pk]
    )
    CompetencyWeight.objects.bulk_create(
        CompetencyWeight(version=new, competency=competency, percent=percent)
        for old, new in pairs
        for competency, percent in weights[old.pk].items()
    )
    QuestionText.objects.bulk_create(texts)
    RubricLevel.objects.bulk_create(levels)
    return [new for _old, new in pairs]


def _next(version: QuestionVersion, actor: User) -> QuestionVersion:
    values = {name: getattr(version, name) for name in _KEPT}
    return QuestionVersion(id=new_id(), question=version.question, number=version.number + 1, author=actor, **values)


def _change(version: QuestionVersion, changes: Changes) -> None:
    version.state = VersionState.DRAFT
    for name in ("minutes", "difficulty", "lowest_seniority", "highest_seniority"):
        value = getattr(changes, name)
        if value is not None:
            setattr(version, name, value)


def _weights_of(version: QuestionVersion) -> dict[Competency, int]:
    return {weight.competency: weight.percent for weight in version.weights.all()}


def _copied_texts(
    pairs: Iterable[tuple[QuestionVersion, QuestionVersion]],
) -> tuple[list[QuestionText], list[RubricLevel]]:
    by_old = {old.pk: new for old, new in pairs}
    texts, levels = [], []
    anchors: dict[UUID, list[RubricLevel]] = defaultdict(list)
    for level in RubricLevel.objects.filter(text__version__in=by_old).order_by():
        anchors[level.text_id].append(level)
    for text in QuestionText.objects.filter(version__in=by_old).order_by():
        copy = QuestionText(
            version=by_old[text.version_id],
            language=text.language,
            title=text.title,
            prompt=text.prompt,
            context=text.context,
            reference_answer=text.reference_answer,
            probes=text.probes,
        )
        texts.append(copy)
        levels += [RubricLevel(text=copy, level=level.level, anchor=level.anchor) for level in anchors[text.pk]]
    return texts, levels


# Steps -------------------------------------------------------------------------------------------------


def _submit(lines: Collection[Line], actor: User) -> None:
    versions = QuestionVersion.objects.filter(pk__in=[line.version.pk for line in lines], state=VersionState.DRAFT)
    versions.update(state=VersionState.IN_REVIEW)


def _publish(lines: Collection[Line], actor: User) -> None:
    asked = QuestionVersion.objects.filter(question__in=[line.question.pk for line in lines])
    asked.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
    opened = QuestionVersion.objects.filter(pk__in=[line.version.pk for line in lines], state__in=OPEN_STATES)
    opened.update(state=VersionState.PUBLISHED, published_at=timezone.now(), published_by=actor)
    record_events(published(line.version) for line in lines)


def _retire(lines: Collection[Line], actor: User) -> None:
    asked = QuestionVersion.objects.filter(question__in=[line.question.pk for line in lines])
    asked.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)


_STEPS = {"submit": _submit, "publish": _publish, "retire": _retire}
_ACTIONS = {"submit": "version.submitted", "publish": "version.published", "retire": "question.retired"}
