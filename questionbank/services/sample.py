"""The vocabulary and the bank that come with Loopwright."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from accounts.models import User
from questionbank.models import Category, Competency, Question, RoleFamily, SeniorityLevel
from questionbank.services.enemies import set_pairs
from questionbank.services.versions import Content, Wording, create_question, publish

FOLDER = Path(__file__).resolve().parent.parent / "sample_bank"
_LANGUAGES = {"en": "en", "zh": "zh-hans"}


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@transaction.atomic
def ensure_vocabulary() -> None:
    """Seniorities, role families and competencies of the house, where they are missing. Safe to repeat."""
    words = _read("vocabulary.yaml")
    for model, rows in (
        (SeniorityLevel, words["seniorities"]),
        (RoleFamily, words["role_families"]),
        (Competency, words["competencies"]),
    ):
        for row in rows:
            model.objects.get_or_create(slug=row["slug"], defaults=row)


@transaction.atomic
def load_sample_bank(*, author: User, publisher: User) -> int:
    """Add and publish the questions of the sample bank that are not there yet. Returns how many were added."""
    ensure_vocabulary()
    added = 0
    competency_of = _read("vocabulary.yaml")["categories"]
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name == "vocabulary.yaml":
            continue
        shelf = _read(path.name)
        named = shelf["category"]
        competency = Competency.objects.get(slug=competency_of[named["slug"]])
        category, _new = Category.objects.get_or_create(
            slug=named["slug"], defaults={**named, "competency": competency}
        )
        for entry in shelf["questions"]:
            key = f"sample:{entry['key']}"
            if Question.objects.filter(source_key=key).exists():
                continue
            version = create_question(author=author, category=category, content=_content(entry), source_key=key)
            publish(version=version, actor=publisher)
            added += 1
    if added:
        _name_enemies(author)
    return added


def _name_enemies(author: User) -> None:
    pairs = _read("vocabulary.yaml")["enemies"]
    keys = [f"sample:{key}" for pair in pairs for key in pair]
    known = Question.objects.in_bulk(keys, field_name="source_key")
    both = [[known[f"sample:{key}"] for key in pair] for pair in pairs]
    set_pairs(pairs=[(one, other, "") for one, other in both], actor=author)


def _content(entry: dict[str, Any]) -> Content:
    seniorities = SeniorityLevel.objects.in_bulk(field_name="slug")
    competencies = Competency.objects.in_bulk(field_name="slug")
    lowest, highest = entry["seniority"]
    return Content(
        minutes=entry["minutes"],
        difficulty=entry["difficulty"],
        lowest_seniority=seniorities[lowest],
        highest_seniority=seniorities[highest],
        role_families=tuple(RoleFamily.objects.filter(slug__in=entry["role_families"])),
        weights={competencies[slug]: percent for slug, percent in entry["competencies"].items()},
        wordings=tuple(
            Wording(
                language=code,
                title=entry[key]["title"],
                prompt=entry[key]["prompt"],
                anchors=tuple(entry[key]["anchors"]),
                context=entry[key]["context"],
                reference_answer=entry[key]["reference_answer"],
                probes=tuple(entry[key]["probes"]),
            )
            for key, code in _LANGUAGES.items()
        ),
    )
