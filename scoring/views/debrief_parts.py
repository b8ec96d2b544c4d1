"""An opened debrief as its template draws it: the map of agreement, the figures, the rules in words."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from scoring.drawings.intervals import IntervalRow, draw_intervals
from scoring.drawings.radar import RadarAxis, draw_radar
from scoring.measurement.results import Estimate, RaterMean, RuleOutcome, widest_first
from scoring.selectors.debriefs import DebriefPage, Evidence, Voice

# The dots of one competency on a scale of five: positions in the figure of templates/scoring/_agreement_dots.html.
_SCALE_LEFT, _SCALE_STEP = 8.0, 26.0
_FEWEST_AXES = 3


@dataclass(frozen=True, slots=True)
class Dot:
    """One interviewer's mean on the scale; equal ones stand above each other."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """A competency: cells in the order of the panel, None where that person was not asked to assess it."""

    name: str
    estimate: Estimate
    cells: tuple[RaterMean | None, ...]
    dots: tuple[Dot, ...]
    low_x: float
    high_x: float
    mean_x: float | None
    line_x: float
    is_below: bool
    note: str


def panel_of(page: DebriefPage) -> list[Voice]:
    """One voice per person: columns of the map."""
    return list({voice.interviewer_id: voice for voice in reversed(page.voices)}.values())[::-1]


def agreement_rows(page: DebriefPage) -> list[AgreementRow]:
    """The map of agreement, widest disagreement first."""
    panel = panel_of(page)
    return [_row(page, estimate, panel) for estimate in widest_first(page.result.competencies)]


def _row(page: DebriefPage, estimate: Estimate, panel: list[Voice]) -> AgreementRow:
    by_rater = {rater.interviewer: rater for rater in estimate.raters}
    names = {str(voice.interviewer_id): voice.name for voice in panel}
    heights: dict[float, int] = {}
    dots = []
    for rater in estimate.raters:
        x = _x(rater.mean)
        heights[x] = heights.get(x, 0) + 1
        dots.append(Dot(x, 13.0 - 7.0 * (heights[x] - 1), names[rater.interviewer]))
    mean = estimate.mean
    return AgreementRow(
        name=page.competencies[estimate.competency].name,
        estimate=estimate,
        cells=tuple(by_rater.get(str(voice.interviewer_id)) for voice in panel),
        dots=tuple(dots),
        low_x=min(heights, default=0.0),
        high_x=max(heights, default=0.0),
        mean_x=None if mean is None else _x(mean),
        line_x=_x(estimate.line),
        is_below=mean is not None and mean < estimate.line,
        note="" if mean is not None else no_result(estimate),
    )


def _x(level: float) -> float:
    return round(_SCALE_LEFT + (level - 1) * _SCALE_STEP, 1)


def evidence_by_disagreement(page: DebriefPage) -> list[Evidence]:
    """Questions in the order in which they are worth talking about: widest first, then as they were asked."""
    return sorted(page.evidence, key=lambda each: -(each.spread if each.spread is not None else -1))


def result_figure(page: DebriefPage) -> SafeString:
    """The result strip: overall and competencies with their intervals and pass lines."""
    overall = _interval_row(_("Overall"), page.result.overall)
    rows = tuple(_interval_row(page.competencies[it.competency].name, it) for it in page.result.competencies)
    labels = {
        "title": _("Result of %(name)s with 90 %% intervals") % {"name": page.loop.application.candidate},
        "description": "; ".join(f"{row.label}: {row.shown or row.note}" for row in (overall, *rows)),
        "line": _("pass line"),
        "result": _("mean, interval"),
    }
    return _safe(draw_intervals(overall, rows, labels))


def result_table(page: DebriefPage) -> list[dict[str, str]]:
    """The result strip in words and figures."""
    named = [(page.competencies[it.competency].name, it) for it in page.result.competencies]
    return [
        {
            "name": name,
            "mean": _figure(estimate.mean),
            "interval": _range(estimate),
            "line": _figure(estimate.line),
            "outcome": no_result(estimate) or _outcome(estimate.outcome),
        }
        for name, estimate in [(_("Overall"), page.result.overall), *named]
    ]


def _outcome(code: str) -> str:
    return {
        "met": _("met"),
        "not_met": _("not met"),
        "not_certain": _("not certain"),
        "too_few": _("too few answers to say"),
    }[code]


def radar_figure(page: DebriefPage) -> SafeString | None:
    """The competencies against the pass line; None with fewer than three of them."""
    estimates = page.result.competencies
    if len(estimates) < _FEWEST_AXES:
        return None
    axes = tuple(RadarAxis(page.competencies[it.competency].name, it.mean, it.line) for it in estimates)
    labels = {
        "title": _("Competencies of %(name)s against the pass line") % {"name": page.loop.application.candidate},
        "description": "; ".join(f"{axis.label}: {_figure(axis.value)}" for axis in axes),
    }
    return _safe(draw_radar(axes, labels))


def rule_reasons(page: DebriefPage) -> list[dict[str, Any]]:
    """The rules of the policy with their outcome here, for components/reason_list.html."""
    kinds = {"met": "gain", "not_met": "failure", "not_certain": "attention", "too_few": "attention", "none": "cost"}
    return [{"kind": kinds[rule.outcome], "text": _rule(page, rule)} for rule in page.result.rules]


def _rule(page: DebriefPage, rule: RuleOutcome) -> str:
    names = pgettext("between items", ", ").join(page.competencies[key].name for key in rule.failing)
    words = {"line": _figure(rule.line), "value": _figure(rule.value), "names": names, "least": int(rule.line)}
    if rule.code == "overall_line":
        return _overall_rule(rule.outcome) % words
    if rule.code == "minimum_evidence":
        if rule.outcome == "met":
            return _("Every competency has %(least)s questions or more") % words
        return _("Fewer than %(least)s questions: %(names)s") % words
    if rule.code == "competency_line":
        if names:
            return _("Below the line of %(line)s: %(names)s") % words
        if rule.outcome == "met":
            return _("No competency below %(line)s; lowest %(value)s") % words
        return _("No competency below %(line)s, lowest %(value)s; not certain") % words
    if names:
        return _("Knock-out, below %(line)s: %(names)s") % words
    return _("No knock-out; lowest %(value)s, knock-out below %(line)s") % words


def _overall_rule(outcome: str) -> str:
    return {
        "met": _("Overall %(value)s clears %(line)s"),
        "not_met": _("Overall %(value)s misses %(line)s"),
        "not_certain": _("Overall %(value)s against %(line)s: not certain"),
    }.get(outcome, _("Overall against %(line)s: too few answers to say"))


def what_decides(page: DebriefPage) -> str:
    """The result beside its line, as one sentence."""
    overall = page.result.overall
    if overall.mean is None:
        return no_result(overall)
    if overall.low is None:
        return _("Too few answers to say how sure this is.")
    if overall.outcome == "met":
        return _("The whole interval lies above the pass line.")
    if overall.outcome == "not_met":
        return _("The whole interval lies below the pass line.")
    if overall.mean >= overall.line:
        return _("Above the line, but the interval reaches below it: met, not certain.")
    return _("Below the line, but the interval reaches above it: not met, not certain.")


def doubt_words(page: DebriefPage) -> str:
    """The one question that carries the doubt; empty where nobody disagrees."""
    doubt = page.result.doubt
    if doubt is None:
        return ""
    title = next(each.text.title for each in page.evidence if str(each.id) == doubt.question)
    words = {
        "title": title,
        "low_level": doubt.low_level,
        "high_level": doubt.high_level,
        "low": _figure(doubt.low_result),
        "high": _figure(doubt.high_result),
    }
    return _("“%(title)s” moves it most: %(low)s had all given it %(low_level)s, %(high)s with %(high_level)s.") % words


def no_result(estimate: Estimate) -> str:
    """Why there is no number."""
    return {
        "no_levels": _("no level was given"),
        "too_few_questions": _("too few answers to say: %(has)s of %(needs)s questions"),
        "cards_missing": _("no result before all cards are in: %(has)s of %(needs)s"),
        "not_every_competency": _("no overall result: a competency is without one"),
    }.get(estimate.reason, "") % dict(estimate.params)


def _interval_row(label: str, estimate: Estimate) -> IntervalRow:
    if estimate.mean is None:
        return IntervalRow(label, line=estimate.line, note=no_result(estimate))
    shown = _figure(estimate.mean)
    return IntervalRow(label, estimate.mean, estimate.low, estimate.high, estimate.line, shown, _range(estimate))


def _range(estimate: Estimate) -> str:
    return "" if estimate.low is None else f"{_figure(estimate.low)}–{_figure(estimate.high)}"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 -- our own drawing, which escapes every text
