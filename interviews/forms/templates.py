"""What the editor of templates sends: one head, rounds and needs as numbered rows, and which button was pressed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from interviews.choices import RoundFormat, SeatRole
from interviews.planning.template_rules import NeedRules, RoundRules, TemplateRules
from questionbank.models import RoleFamily, SeniorityLevel, TwoNames

MOST_ROWS = 40
_STEPS = [(value, str(value)) for value in range(1, 6)]


def _number(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, **more)


def _text(label: Any, *, rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else None
    return forms.CharField(label=label, max_length=5_000 if rows else 120, required=False, widget=widget)


class WhereForm(forms.Form):
    """For whom a new template is."""

    role_family = forms.ModelChoiceField(RoleFamily.objects.all(), label=_("Role"), empty_label=_("Choose"))
    seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("Seniority"), empty_label=_("Choose"))


class HeadForm(forms.Form):
    name_en = _text(_("English name"))
    name_zh = _text(_("Chinese name"))
    difficulty = forms.TypedChoiceField(label=_("Difficulty aimed at"), choices=_STEPS, coerce=int)
    difficulty_spread = _number(
        _("Steps away at most"), 0, 4, help_text=_("How far a question's difficulty may be from it.")
    )
    rest_days = _number(_("Days of rest"), 0, 3650, help_text=_("So long a question rests after another job asked it."))


class RoundForm(forms.Form):
    name_en = _text(_("English name"))
    name_zh = _text(_("Chinese name"))
    format = forms.ChoiceField(label=_("Format"), choices=RoundFormat.choices)
    minutes = _number(_("Minutes"), 15, 240)
    opening_minutes = _number(_("To open and close"), 0, 120)
    break_after = _number(_("Break after it"), 0, 240)
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty"),
        choices=[("", _("as the template")), *_STEPS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    lead = forms.ChoiceField(label=_("Lead from"))
    second = forms.ChoiceField(label=_("Second interviewer from"), required=False)
    competencies = forms.MultipleChoiceField(label=_("Assesses"), widget=forms.CheckboxSelectMultiple, required=False)
    briefing_en = _text(_("English briefing for the interviewer"), rows=3)
    briefing_zh = _text(_("Chinese briefing for the interviewer"), rows=3)

    def __init__(self, *args: Any, competencies: Mapping[str, str], pools: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["competencies"].choices = list(competencies.items())  # type: ignore[attr-defined]
        self.fields["lead"].choices = [("", _("Choose")), *pools.items()]  # type: ignore[attr-defined]
        self.fields["second"].choices = [("", _("Nobody")), *pools.items()]  # type: ignore[attr-defined]

    def rules(self) -> RoundRules:
        data = dict(self.cleaned_data)
        seats = {role.value: data.pop(role.value) for role in SeatRole}
        data["competencies"] = tuple(sorted(data["competencies"]))
        return RoundRules(**data, seats={role: pool for role, pool in seats.items() if pool})


class NeedForm(forms.Form):
    competency = forms.ChoiceField(label=_("Competency"))
    questions = _number(_("Questions"), 1, 20)
    interviewers = _number(_("Interviewers"), 1, 20)

    def __init__(self, *args: Any, competencies: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["competency"].choices = [("", _("Choose")), *competencies.items()]  # type: ignore[attr-defined]

    def rules(self) -> NeedRules:
        return NeedRules(**self.cleaned_data)


@dataclass(frozen=True, slots=True)
class Row:
    """One round or need of the editor; ``key`` names its fields and does not change when it moves."""

    key: str
    form: Any
    name: str = ""


class Editor:
    """The forms of one template, from its rules or from what was posted."""

    def __init__(self, *, competencies: Mapping[str, str], pools: Mapping[str, str]) -> None:
        self.competencies, self.pools = competencies, pools
        self.head: forms.Form = HeadForm()
        self.rounds: list[Row] = []
        self.needs: list[Row] = []

    def show(self, rules: TemplateRules) -> "Editor":
        """Unbound, from kept rules."""
        names = ("name_en", "name_zh", "difficulty", "difficulty_spread", "rest_days")
        self.head = HeadForm(initial={name: getattr(rules, name) for name in names})
        self.rounds = [self._round(str(place), initial=_initial(it)) for place, it in enumerate(rules.rounds)]
        self.needs = [
            self._need(
                str(place),
                initial={"competency": it.competency, "questions": it.questions, "interviewers": it.interviewers},
            )
            for place, it in enumerate(rules.needs)
        ]
        return self

    def read(self, post: QueryDict) -> "Editor":
        """Bound, to be checked."""
        self.head = HeadForm(post)
        self.rounds = [self._round(key, data=post) for key in _keys(post, "rounds")]
        self.needs = [self._need(key, data=post) for key in _keys(post, "needs")]
        return self

    def rearrange(self, post: QueryDict, action: str) -> "Editor":
        """What was typed, with a row added, moved or taken out: ``add-round``, ``up-round:3``, ``drop-need:0``."""
        verb, _sep, rest = action.partition("-")
        kind, _sep, key = rest.partition(":")
        keys = {"round": _keys(post, "rounds"), "need": _keys(post, "needs")}
        if kind in keys:
            keys[kind] = _rearranged(keys[kind], verb, key)
        self.head = HeadForm(initial=_typed(post, HeadForm.base_fields, ""))
        self.rounds = [self._round(it, initial=self._typed_round(post, it)) for it in keys["round"]]
        self.needs = [self._need(it, initial=_typed(post, NeedForm.base_fields, f"need-{it}-")) for it in keys["need"]]
        return self

    def rules(self) -> TemplateRules:
        """Raises ``ValidationError`` where a field is wrong; the forms say which."""
        rows = [*self.rounds, *self.needs]
        checked = [self.head.is_valid(), *(row.form.is_valid() for row in rows)]
        if not all(checked):
            raise ValidationError(_("Some fields need another look."), code="fields")
        return TemplateRules(
            **self.head.cleaned_data,
            rounds=tuple(row.form.rules() for row in self.rounds),
            needs=tuple(row.form.rules() for row in self.needs),
        )

    def as_shown(self) -> TemplateRules:
        """The rules in the fields as far as they go: without seats nobody chose yet and needs of nothing.

        Raises as ``rules``.
        """
        whole = Editor(competencies=self.competencies, pools=self.pools)
        whole.head = HeadForm(_as_data(self.head))
        whole.rounds = [whole._round(row.key, data=_as_data(row.form)) for row in self.rounds]
        whole.needs = [
            whole._need(row.key, data=_as_data(row.form)) for row in self.needs if row.form["competency"].value()
        ]
        for row in whole.rounds:
            row.form.fields["lead"].required = False
        return whole.rules()

    @property
    def round_keys(self) -> str:
        return ",".join(row.key for row in self.rounds)

    @property
    def need_keys(self) -> str:
        return ",".join(row.key for row in self.needs)

    def _round(self, key: str, **how: Any) -> Row:
        form = RoundForm(prefix=f"round-{key}", competencies=self.competencies, pools=self.pools, **how)
        names = TwoNames()
        names.name_en, names.name_zh, names.slug = form["name_en"].value(), form["name_zh"].value(), ""
        return Row(key, form, names.name)

    def _need(self, key: str, **how: Any) -> Row:
        return Row(key, NeedForm(prefix=f"need-{key}", competencies=self.competencies, **how))

    def _typed_round(self, post: QueryDict, key: str) -> dict[str, Any]:
        if f"round-{key}-minutes" not in post:
            return _initial(RoundRules())
        typed = _typed(post, RoundForm.base_fields, f"round-{key}-")
        return typed | {"competencies": post.getlist(f"round-{key}-competencies")}


def _as_data(form: Any) -> dict[str, Any]:
    """What the browser would send back for a form as it is shown."""
    return {form.add_prefix(name): form[name].value() for name in form.fields}


def _initial(it: RoundRules) -> dict[str, Any]:
    names = ("name_en", "name_zh", "format", "minutes", "opening_minutes", "break_after", "difficulty")
    seats = {role.value: it.seats.get(role.value, "") for role in SeatRole}
    texts = {"briefing_en": it.briefing_en, "briefing_zh": it.briefing_zh, "competencies": list(it.competencies)}
    return {name: getattr(it, name) for name in names} | seats | texts


def _typed(post: QueryDict, names: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    usual = {"questions": 2, "interviewers": 1}
    return {name: post.get(prefix + name, usual.get(name, "")) for name in names}


def _keys(post: QueryDict, name: str) -> list[str]:
    """Keys as the form listed them; nonsense is left out."""
    return list(dict.fromkeys(key for key in post.get(name, "").split(",") if key.isascii() and key.isdigit()))[
        :MOST_ROWS
    ]


def _rearranged(keys: list[str], verb: str, key: str) -> list[str]:
    if verb == "add":
        return [*keys, str(max((int(it) for it in keys), default=-1) + 1)]
    if key not in keys:
        return keys
    place = keys.index(key)
    rest = [it for it in keys if it != key]
    if verb == "drop":
        return rest
    place += {"up": -1, "down": 1}.get(verb, 0)
    place = min(max(place, 0), len(rest))
    return [*rest[:place], key, *rest[place:]]
