"""Who may do what in the bank, beside what they may see."""

from accounts.choices import Role
from accounts.models import User
from questionbank.models import Named, QuestionVersion, SeniorityLevel
from questionbank.querysets import READERS, WRITERS


def may_read(user: User) -> bool:
    return user.is_superuser or bool(READERS & user.roles)


def may_write(user: User) -> bool:
    return bool(WRITERS & user.roles)


def may_name(user: User, kind: type[Named]) -> bool:
    """Add and change words of the vocabulary. The ladder is the company's: administrators alone."""
    return user.is_admin or (may_write(user) and kind is not SeniorityLevel)


def may_publish(user: User, version: QuestionVersion) -> bool:
    """Any other author: nobody publishes their own words."""
    return may_write(user) and version.author_id != user.pk


def may_judge_leaks(user: User) -> bool:
    """Say whether a question has leaked: authors and administrators."""
    return user.is_admin or Role.AUTHOR in user.roles
