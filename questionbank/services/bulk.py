"""Changing many questions at once, after a look at what would change.

The preview and the deed go through the same plan; the preview's token stands for all that the plan was made from,
so nothing is done that nobody has looked at. All questions that can be changed are changed, or none.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from questionbank.choices import FROZEN_STATES, OPEN_STATES, VersionState
from questionbank.models import (
    Competency,
    Question,
    QuestionVersion,
)
from questionbank.policies import may_publish, may_write
from questionbank.services import bulk_writing
from questionbank.services.changes import Changes, Difference, Line, Step
from questionbank.services.shelves import tag_slug

MOST_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to each question; ``token`` is different as soon as one of them is."""

    lines: tuple[Line, ...]
    token: str

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.differences and not line.refused]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.refused]

    @property
    def unchanged(self) -> list[Line]:
        return [line for line in self.lines if not line.differences and not line.refused]

    @property
    def drafts(self) -> int:
        return sum(line.makes_draft for line in self.changed)


def preview(*, question_ids: Collection[UUID], changes: Changes, actor: User) -> Plan:
    """What the change would do. Seven queries however many questions.

    Raises ``ValidationError`` as ``Changes.check`` does, or with code ``too_many`` or ``no_questions``.
    """
    if not may_write(actor):
        raise PermissionDenied
    changes.check()
    ids = set(question_ids)
    if not ids:
        raise ValidationError(_("Choose at least one question."), code="no_questions")
    if len(ids) > MOST_AT_ONCE:
        words = _("At most %(limit)s questions can be changed at once; these are %(count)s.")
        raise ValidationError(words, code="too_many", params={"limit": MOST_AT_ONCE, "count": len(ids)})
    rows = QuestionVersion.objects.visible_to(actor).filter(question__in=ids).newest()
    versions = bulk_writing.with_parts(rows).order_by("question__number")
    asked = set(
        Question.objects.filter(pk__in=ids, versions__state=VersionState.PUBLISHED).values_list("pk", flat=True)
    )
    lines = tuple(_line(version, changes, actor, is_asked=version.question_id in asked) for version in versions)
    return Plan(lines, _token(lines, changes, actor))


@transaction.atomic
def apply(*, question_ids: Collection[UUID], changes: Changes, actor: User, token: str) -> Plan:
    """Do what the preview with this token showed, all of it or nothing.

    Raises ``ValidationError`` as ``preview`` does, or with code ``changed_since`` where somebody has changed one of
    the questions since: also where the same change was done already, so pressing twice does it once.
    """
    ids = list(Question.objects.filter(pk__in=question_ids).order_by("pk").select_for_update(no_key=True))
    plan = preview(question_ids=[question.pk for question in ids], changes=changes, actor=actor)
    if plan.token != token:
        words = _("Some of these questions have changed since. Nothing was done: look at the preview again.")
        raise ValidationError(words, code="changed_since")
    if not plan.changed:
        raise ValidationError(_("None of these questions would change."), code="nothing")
    bulk_writing.write(plan.changed, changes, actor)
    return plan


def _token(lines: Collection[Line], changes: Changes, actor: User) -> str:
    """Every writing makes new texts, so their ids name an exact state of the words."""
    digest = hashlib.sha256(repr((actor.pk, sorted(_plain(changes)))).encode())
    for line in lines:
        version = line.version
        texts = sorted(str(text.pk) for text in version.texts.all())
        tags = sorted(str(tag.pk) for tag in line.question.tags.all())
        parts = (str(version.pk), version.state, str(line.question.category_id), texts, tags, line.refused)
        digest.update(repr((parts, line.differences)).encode())
    return digest.hexdigest()


def _plain(changes: Changes) -> Iterator[str]:
    yield f"category {changes.category and changes.category.pk}"
    yield f"tags {sorted(changes.add_tags)} {sorted(str(tag.pk) for tag in changes.remove_tags)}"
    yield f"roles {sorted(str(role.pk) for role in changes.role_families)}"
    levels = (changes.lowest_seniority, changes.highest_seniority)
    yield f"levels {[str(level.pk) if level else '' for level in levels]}"
    yield f"figures {changes.minutes} {changes.difficulty} {changes.step}"
    yield f"weights {sorted((str(competency.pk), percent) for competency, percent in changes.weights.items())}"


def _line(version: QuestionVersion, changes: Changes, actor: User, *, is_asked: bool) -> Line:
    question = version.question
    sorting = list(_sorting_differences(question, changes))
    saying = list(_version_differences(version, changes))
    stepping = list(_step_differences(version, changes, is_asked=is_asked))
    refused = _refusal(version, changes, actor, is_asked=is_asked, says=bool(saying))
    return Line(
        question,
        version,
        tuple(sorting + saying + stepping),
        refused,
        makes_draft=bool(saying) and version.state in FROZEN_STATES,
        of_version=bool(saying),
    )


def _refusal(version: QuestionVersion, changes: Changes, actor: User, *, is_asked: bool, says: bool) -> str:
    if says and version.state in OPEN_STATES and version.author_id != actor.pk:
        return "open_draft"
    lowest = changes.lowest_seniority or version.lowest_seniority
    highest = changes.highest_seniority or version.highest_seniority
    if says and lowest.rank > highest.rank:
        return "seniority_range"
    if changes.step == Step.SUBMIT and version.state != VersionState.DRAFT:
        return "not_a_draft"
    if changes.step == Step.PUBLISH and version.state not in OPEN_STATES:
        return "not_open"
    if changes.step == Step.PUBLISH and not may_publish(actor, version):
        return "own_version"
    if changes.step == Step.RETIRE and not is_asked:
        return "not_published"
    return ""


def _sorting_differences(question: Question, changes: Changes) -> Iterator[Difference]:
    if changes.category and changes.category.pk != question.category_id:
        yield Difference("category", str(question.category), str(changes.category))
    tags = {tag.slug: tag.name for tag in question.tags.all()}
    kept = {slug: name for slug, name in tags.items() if slug not in {tag.slug for tag in changes.remove_tags}}
    wanted = kept | {tag_slug(name): name for name in changes.add_tags if name.strip()}
    if wanted.keys() != tags.keys():
        yield Difference("tags", ", ".join(tags.values()), ", ".join((wanted | tags | kept)[slug] for slug in wanted))


def _version_differences(version: QuestionVersion, changes: Changes) -> Iterator[Difference]:
    roles = {role.pk: str(role) for role in version.role_families.all()}
    if changes.role_families and {role.pk for role in changes.role_families} != roles.keys():
        yield Difference("roles", _listed(roles.values()), _listed(map(str, changes.role_families)))
    for name in ("lowest_seniority", "highest_seniority"):
        old, new = getattr(version, name), getattr(changes, name)
        if new and new.pk != old.pk:
            yield Difference(name, str(old), str(new))
    for name in ("minutes", "difficulty"):
        old, new = getattr(version, name), getattr(changes, name)
        if new is not None and new != old:
            yield Difference(name, str(old), str(new))
    weights = {weight.competency: weight.percent for weight in version.weights.all()}
    if changes.weights and dict(changes.weights) != weights:
        yield Difference("weights", _weighted(weights), _weighted(changes.weights))


def _step_differences(version: QuestionVersion, changes: Changes, *, is_asked: bool) -> Iterator[Difference]:
    ends: dict[Step, tuple[VersionState, Callable[[], bool]]] = {
        Step.SUBMIT: (VersionState.IN_REVIEW, lambda: version.state == VersionState.DRAFT),
        Step.PUBLISH: (VersionState.PUBLISHED, lambda: version.state in OPEN_STATES),
        Step.RETIRE: (VersionState.RETIRED, lambda: is_asked),
    }
    if changes.step:
        state, fits = ends[changes.step]
        if fits():
            # A question may be asked while its next version is open: what retires is what is asked.
            old = VersionState.PUBLISHED if changes.step == Step.RETIRE else VersionState(version.state)
            yield Difference("state", str(old.label), str(state.label))


def _listed(names: Any) -> str:
    return ", ".join(sorted(names))


def _weighted(weights: Mapping[Competency, int]) -> str:
    return _listed(f"{competency} {percent} %" for competency, percent in weights.items())
