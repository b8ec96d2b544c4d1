"""What an author types."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from questionbank.choices import LEVELS
from questionbank.forms.weights import MOST_COMPETENCIES, WeightsForm
from questionbank.models import Category, Question, QuestionVersion, RoleFamily, SeniorityLevel
from questionbank.services.versions import Content, Wording

MOST_TAGS = 20
_ENEMY = re.compile(r"(?:[Qq]-?)?0*(\d{1,9})(?:\s*[:：,，–—-]?\s+(.*)|)")


class WordingForm(forms.Form):
    """The words in one language. Left empty as a whole, the question has no text in it."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    prompt = forms.CharField(
        label=_("Prompt, as it is read out"), max_length=10_000, required=False, widget=forms.Textarea
    )
    context = forms.CharField(
        label=_("Note for the interviewer"), max_length=10_000, required=False, widget=forms.Textarea
    )
    reference_answer = forms.CharField(
        label=_("Reference answer"),
        max_length=100_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Markdown: lists, tables, code, formulas as $x^2$."),
    )
    probes = forms.CharField(
        label=_("Follow-up questions"), required=False, widget=forms.Textarea, help_text=_("One a line.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in LEVELS:
            self.fields[f"anchor_{level}"] = forms.CharField(
                label=_("Level %(level)s") % {"level": level},
                max_length=2_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def anchors(self) -> list[forms.BoundField]:
        return [self[f"anchor_{level}"] for level in LEVELS]

    def is_empty(self) -> bool:
        return not any(str(value).strip() for value in self.cleaned_data.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_empty():
            return cleaned
        required = {"title": _("Give it a title."), "prompt": _("Write what is asked.")}
        required |= {f"anchor_{level}": _("Say what this level looks like.") for level in LEVELS}
        for name, message in required.items():
            if not cleaned.get(name, "").strip() and name not in self.errors:
                self.add_error(name, message)
        return cleaned

    def wording(self, language: str) -> Wording:
        data = self.cleaned_data
        return Wording(
            language=language,
            title=data["title"],
            prompt=_lines(data["prompt"]),
            context=_lines(data["context"]),
            reference_answer=_lines(data["reference_answer"]),
            probes=tuple(data["probes"].splitlines()),
            anchors=tuple(_lines(data[f"anchor_{level}"]) for level in LEVELS),
        )


def _lines(text: str) -> str:
    """Text as files have it: browsers send every line end as two characters."""
    return text.replace("\r\n", "\n")


class VersionForm(WeightsForm):
    """What holds for all languages of a version."""

    category = forms.ModelChoiceField(Category.objects.all(), label=_("Category"))
    role_families = forms.ModelMultipleChoiceField(
        RoleFamily.objects.all(), label=_("Roles"), widget=forms.CheckboxSelectMultiple
    )
    lowest_seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("Seniority from"))
    highest_seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("up to"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=240, initial=15)
    difficulty = forms.IntegerField(label=_("Difficulty, 1 to 5"), min_value=1, max_value=5, initial=3)
    tags = forms.CharField(
        label=_("Tags"), max_length=2_000, required=False, help_text=_("Free words, parted by commas.")
    )
    enemies = forms.CharField(
        label=_("Enemies: never in one loop with this one"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line: its number, then why, as in “Q-0298 shares its numbers”."),
    )

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[n] for n in ("category", "lowest_seniority", "highest_seniority", "minutes", "difficulty")]

    def clean_tags(self) -> list[str]:
        names = [" ".join(name.split()) for name in re.split(r"[,，、;；\n]", self.cleaned_data["tags"])]
        names = list(dict.fromkeys(name for name in names if name))
        if len(names) > MOST_TAGS or any(len(name) > 80 for name in names):
            raise forms.ValidationError(_("At most 20 tags of at most 80 characters."), code="tags")
        return names

    def clean_enemies(self) -> dict[Question, str]:
        lines = [line.strip() for line in self.cleaned_data["enemies"].splitlines() if line.strip()]
        reasons: dict[int, str] = {}
        for line in lines:
            found = _ENEMY.fullmatch(line)
            if found is None:
                raise forms.ValidationError(_("“%(line)s” does not begin with a number."), "enemy", {"line": line[:60]})
            reasons[int(found[1])] = found[2] or ""
        questions = {question.number: question for question in Question.objects.filter(number__in=reasons)}
        for number in reasons:
            if number not in questions:
                raise forms.ValidationError(_("There is no question Q-%(number)04d."), "enemy", {"number": number})
        return {questions[number]: reason for number, reason in reasons.items()}

    def content(self, wordings: tuple[Wording, ...]) -> Content:
        data = self.cleaned_data
        return Content(
            minutes=data["minutes"],
            difficulty=data["difficulty"],
            lowest_seniority=data["lowest_seniority"],
            highest_seniority=data["highest_seniority"],
            role_families=tuple(data["role_families"]),
            weights=data["weights"],
            wordings=wordings,
        )


def initial_version(version: QuestionVersion, enemies: Mapping[Question, str]) -> dict[str, Any]:
    """What the form shows for a version that is there."""
    initial: dict[str, Any] = {
        "category": version.question.category,
        "role_families": list(version.role_families.all()),
        "lowest_seniority": version.lowest_seniority,
        "highest_seniority": version.highest_seniority,
        "minutes": version.minutes,
        "difficulty": version.difficulty,
        "tags": ", ".join(tag.name for tag in version.question.tags.all()),
        "enemies": "\n".join(f"{question.label} {reason}".strip() for question, reason in enemies.items()),
    }
    for place, weight in enumerate(version.weights.all()[:MOST_COMPETENCIES], start=1):
        initial |= {f"competency_{place}": weight.competency, f"percent_{place}": weight.percent}
    return initial


def initial_wordings(version: QuestionVersion) -> dict[str, dict[str, Any]]:
    """The words by language, as the form shows them."""
    found: dict[str, dict[str, Any]] = {language: {} for language in Language.values}
    for text in version.texts.all():
        found[text.language] = {
            "title": text.title,
            "prompt": text.prompt,
            "context": text.context,
            "reference_answer": text.reference_answer,
            "probes": "\n".join(" ".join(probe.splitlines()) for probe in text.probes),
        } | {f"anchor_{level.level}": level.anchor for level in text.levels.all()}
    return found


def initial_unfinished(fields: Mapping[str, list[str]], prefix: str = "") -> dict[str, Any]:
    """What the form shows for what was kept while somebody wrote."""
    start = f"{prefix}-" if prefix else ""
    found: dict[str, Any] = {
        name.removeprefix(start): values[0] if values else ""
        for name, values in fields.items()
        if name.startswith(start)
    }
    return found if prefix else found | {"role_families": fields.get("role_families", [])}


class SeenForm(forms.Form):
    """Which words somebody has read, by the id of their text: what is published is what was read."""

    seen = forms.UUIDField()


class KeepForm(forms.Form):
    """One autosave: the fields as the browser has them, the number of the save it follows, the words it began with."""

    fields_left = forms.JSONField()
    number = forms.IntegerField(min_value=0)
    seen = forms.UUIDField(required=False)

    def clean_fields_left(self) -> dict[str, list[str]]:
        left = self.cleaned_data["fields_left"]
        if not isinstance(left, dict) or not all(
            isinstance(values, list) and all(isinstance(value, str) for value in values) for values in left.values()
        ):
            raise forms.ValidationError(_("This is not what the editor sends."), code="shape")
        return {str(name)[:80]: values for name, values in left.items() if name != "csrfmiddlewaretoken"}
