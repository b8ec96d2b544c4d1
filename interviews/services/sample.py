"""The company of the demonstration: people, interviewers, pools and loop templates."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from accounts.models import User
from accounts.services.people import add_person
from interviews.models import CompetencyNeed, Interviewer, LoopTemplate, Pool, RoundTemplate, SeatTemplate
from interviews.services.interviewers import add_interviewer
from questionbank.models import Competency, RoleFamily, SeniorityLevel

_FILE = Path(__file__).resolve().parent.parent / "sample_company.yaml"
DOMAIN = "demo.example"


@cache
def _company() -> Any:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


@transaction.atomic
def ensure_people() -> None:
    """Everybody of the sample company with their pools, where they are missing. Safe to repeat."""
    company = _company()
    for row in company["pools"]:
        Pool.objects.get_or_create(slug=row["slug"], defaults=row)
    pools = Pool.objects.in_bulk(field_name="slug")
    for row in company["people"]:
        email = f"{row['email']}@{DOMAIN}"
        user = User.objects.filter(email=email).first() or add_person(
            email=email,
            display_name=row["name"],
            roles=row["roles"],
            time_zone=row["zone"],
            language=row.get("language", "en"),
        )
        if "pools" in row and not Interviewer.objects.filter(user=user).exists():
            wanted = [pools[slug] for slug in row["pools"]]
            add_interviewer(actor=None, user=user, title=row["title"], team=row["team"], pools=wanted)


def person(name: str) -> User:
    """One of the sample people, by the part of the address before the @."""
    return User.objects.get(email=f"{name}@{DOMAIN}")


@transaction.atomic
def ensure_templates() -> None:
    """A loop template for every role and seniority of the company, where it is missing. Safe to repeat."""
    difficulties = _company()["seniorities"]
    for row in _company()["templates"]:
        for seniority in row["seniorities"]:
            _ensure_template(row, SeniorityLevel.objects.get(slug=seniority), difficulties[seniority])


def _ensure_template(row: dict[str, Any], seniority: SeniorityLevel, difficulty: int) -> None:
    role = RoleFamily.objects.get(slug=row["role"])
    if LoopTemplate.objects.general().filter(role_family=role, seniority=seniority).exists():
        return  # whatever its version, and also where it was retired
    template = LoopTemplate.objects.create(
        role_family=role,
        seniority=seniority,
        slug=f"{seniority.slug}-{role.slug}",
        name_en=f"{row['name_en']}, {seniority.name_en.lower()}",
        name_zh=f"{seniority.name_zh}{row['name_zh']}",
        difficulty=difficulty,
    )
    for position, part in enumerate(row["rounds"], start=1):
        add_round(
            template,
            position=position,
            competencies=list(Competency.objects.filter(slug__in=part["competencies"])),
            seats=part["seats"],
            **{name: part[name] for name in ("name_en", "name_zh", "format", "minutes")},
        )
    for slug, questions in row["needs"].items():
        CompetencyNeed.objects.create(
            template=template, competency=Competency.objects.get(slug=slug), questions=questions
        )


def add_round(
    template: LoopTemplate, *, position: int, competencies: list[Competency], seats: dict[str, str], **fields: Any
) -> RoundTemplate:
    """Add a round with its seats: ``seats`` names the pool (its slug) for each role."""
    round_template = RoundTemplate.objects.create(template=template, position=position, **fields)
    round_template.competencies.set(competencies)
    for role, pool in seats.items():
        SeatTemplate.objects.create(round_template=round_template, role=role, pool=Pool.objects.get(slug=pool))
    return round_template


@dataclass(frozen=True, slots=True)
class Shelf:
    """A competency of an imported bank and how many of its questions a loop asks."""

    competency: Competency
    name_en: str
    name_zh: str
    questions: int


@transaction.atomic
def derive_template(
    *, role: RoleFamily, seniority: SeniorityLevel, shelves: list[Shelf], minutes: int, round_minutes: int = 60
) -> LoopTemplate:
    """A loop template for a bank that has none: whole categories, in their order, filled into rounds of an hour.

    A role and seniority that have a template keep it.
    """
    existing = LoopTemplate.objects.current().general().filter(role_family=role, seniority=seniority).first()
    if existing:
        return existing
    template = LoopTemplate.objects.create(
        slug=f"{role.slug}-{seniority.slug}"[:80],
        name_en=f"{role.name_in('en')}, {seniority.name_en.lower()}",
        name_zh=f"{seniority.name_zh}{role.name_in('zh-hans')}",
        role_family=role,
        seniority=seniority,
    )
    for position, shelf_group in enumerate(_grouped(shelves, most=max(1, round_minutes // minutes)), start=1):
        add_round(
            template,
            position=position,
            competencies=[shelf.competency for shelf in shelf_group],
            seats={"lead": "any", "second": "any"},
            name_en=", ".join(dict.fromkeys(shelf.name_en for shelf in shelf_group))[:120],
            name_zh="、".join(dict.fromkeys(shelf.name_zh for shelf in shelf_group))[:120],
            minutes=minutes * sum(shelf.questions for shelf in shelf_group) + 10,
        )
    for shelf in shelves:
        CompetencyNeed.objects.create(template=template, competency=shelf.competency, questions=shelf.questions)
    return template


def _grouped(shelves: list[Shelf], *, most: int) -> list[list[Shelf]]:
    """Whole categories in their order, at most ``most`` questions a round; a larger category has a round alone."""
    groups: list[list[Shelf]] = []
    for shelf in shelves:
        held = sum(other.questions for other in groups[-1]) if groups else most
        if held + shelf.questions > most:
            groups.append([])
        groups[-1].append(shelf)
    return groups
