"""The lines that results are held against. A policy never changes: it gets a successor."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.trail import record
from questionbank.models import RoleFamily, SeniorityLevel
from scoring.models import DecisionPolicy

LINES = ("overall_line", "competency_line", "knockout_line")
FIELDS = (*LINES, "least_questions")


@transaction.atomic
def add_policy(*, role_family: RoleFamily, seniority: SeniorityLevel, actor: User, **fields: Any) -> DecisionPolicy:
    """The first policy of a role and seniority; what is not given has its usual value.

    Raises ``PermissionDenied`` unless the actor is an administrator, and ``ValidationError`` with code policy_exists
    or by field.
    """
    if DecisionPolicy.objects.filter(role_family=role_family, seniority=seniority).exists():
        raise ValidationError(_("There is a policy for this role and seniority already."), code="policy_exists")
    return _add(DecisionPolicy(role_family=role_family, seniority=seniority), fields, actor)


@transaction.atomic
def change_policy(*, policy: DecisionPolicy, actor: User, **fields: Any) -> DecisionPolicy:
    """The next version of the newest policy; the policy itself where nothing is different.

    Open debriefs keep the version they opened with. Raises as ``add_policy`` does, with code not_current for an
    older version.
    """
    family = DecisionPolicy.objects.filter(role_family=policy.role_family_id, seniority=policy.seniority_id)
    # Two who change it at once: the second waits here and then finds a newer version.
    newest = family.select_for_update().order_by("-version").first()
    if newest is None or newest.pk != policy.pk:
        raise ValidationError(_("There is a newer version of this policy."), code="not_current")
    kept = {name: getattr(policy, name) for name in FIELDS}
    wanted = kept | fields
    if wanted == kept:
        return policy
    successor = DecisionPolicy(
        role_family_id=policy.role_family_id, seniority_id=policy.seniority_id, version=policy.version + 1
    )
    return _add(successor, wanted, actor)


def _add(policy: DecisionPolicy, fields: dict[str, Any], actor: User) -> DecisionPolicy:
    if not actor.is_admin:
        raise PermissionDenied
    for name, value in fields.items():
        setattr(policy, name, value)
    policy.full_clean()
    policy.save(force_insert=True)
    record(actor=actor, action="policy.set", subject=policy, version=policy.version)
    return policy


def as_line(value: float) -> Decimal:
    """A line as it was written, not as binary fractions have it."""
    return Decimal(str(value))
