"""What authors decide, ready to hand to the services."""

from accounts.choices import Role
from questionbank.choices import LEVELS
from questionbank.models import SeniorityLevel
from questionbank.services.versions import Content, Wording
from tests.factories import CompetencyFactory, RoleFamilyFactory, SeniorityFactory, UserFactory

ANCHORS = tuple(f"Level {level} looks like this." for level in LEVELS)


def author():
    return UserFactory(roles=[Role.AUTHOR])


def wording(**changes):
    values = {"language": "en", "title": "Why caches?", "prompt": "When does a cache hurt?", "anchors": ANCHORS}
    return Wording(**values | changes)


def content(**changes):
    level = SeniorityLevel.objects.first() or SeniorityFactory()
    values = {
        "minutes": 20,
        "difficulty": 3,
        "lowest_seniority": level,
        "highest_seniority": level,
        "role_families": (RoleFamilyFactory(),),
        "wordings": (wording(),),
    }
    if "weights" not in changes:
        values["weights"] = {CompetencyFactory(): 100}
    return Content(**values | changes)
