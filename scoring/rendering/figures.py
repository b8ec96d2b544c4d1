"""The figures of a packet: its values handed to the drawings, with their words in the active language."""

from statistics import fmean

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from scoring.drawings import svg
from scoring.drawings.agreement import AgreementCell, AgreementMap, AgreementRow, draw_agreement
from scoring.drawings.dots import draw_dots, draw_mark
from scoring.drawings.intervals import IntervalRow, draw_intervals
from scoring.drawings.radar import RadarAxis, draw_radar
from scoring.rendering import wording
from scoring.rendering.document import PacketDocument, PanelMember, Recommendation, ResultRow

RADAR_AXES = (3, 10)


def fonts(document: PacketDocument) -> str:
    """The order of faces in a packet of this language."""
    return svg.CHINESE_FIRST if document.language == "zh-hans" else svg.LATIN_FIRST


def _safe(drawn: str) -> SafeString:
    return mark_safe(drawn)  # noqa: S308 -- the drawings escape every text themselves


def result_strip(document: PacketDocument, *, rows: int, dense: bool) -> SafeString:
    """Overall and the first competencies with interval and pass line."""
    shown = document.competencies[:rows]
    labels = {
        "title": _said(document.overall, *document.competencies),
        "line": _("pass line"),
        "result": _("mean level, 90 %% interval") % {},
    }
    drawn = draw_intervals(
        _interval_row(document.overall), tuple(map(_interval_row, shown)), labels, dense=dense, fonts=fonts(document)
    )
    return _safe(drawn)


def _interval_row(row: ResultRow) -> IntervalRow:
    return IntervalRow(
        label=row.name,
        value=row.mean,
        low=row.low,
        high=row.high,
        line=row.line,
        shown=wording.figure(row.mean),
        shown_range=wording.interval(row.low, row.high),
        note="" if row.mean is not None else wording.no_result(row),
    )


def _said(*rows: ResultRow) -> str:
    """Results in a sentence each, for those who cannot see the figure."""
    said = []
    for row in rows:
        if row.mean is None:
            said.append(wording.because(row.name, wording.no_result(row)))
            continue
        words = _("%(name)s: mean %(mean)s, interval %(interval)s, pass line %(line)s")
        said.append(
            words
            % {
                "name": row.name,
                "mean": wording.figure(row.mean),
                "interval": wording.interval(row.low, row.high) or "–",
                "line": wording.figure(row.line),
            }
        )
    return "; ".join(said)


def radar(document: PacketDocument) -> SafeString:
    """The radar; empty where it would say nothing: fewer than three competencies, or more than ten."""
    rows = document.competencies
    if not RADAR_AXES[0] <= len(rows) <= RADAR_AXES[1]:
        return SafeString("")
    axes = tuple(RadarAxis(row.name, row.mean, row.line, row.cohort) for row in rows)
    labels = {"title": wording.joined((_("Radar of the competencies."), _said(*rows)))}
    return _safe(draw_radar(axes, labels, fonts=fonts(document)))


def agreement(document: PacketDocument) -> SafeString:
    """The agreement map over all competencies; empty when no level was given."""
    names = tuple(row.name for row in document.competencies)
    columns = [[_cell(document, member, name) for member in document.members] for name in names]
    if not any(cell.mean is not None for column in columns for cell in column):
        return SafeString("")
    rows = tuple(
        AgreementRow(
            member.short_name if len(member.name) > 24 else member.name,
            _rounds(member),
            tuple(column[place] for column in columns),
        )
        for place, member in enumerate(document.members)
    )
    labels = {
        "title": _agreement_said(rows, names),
        "spread": _("Lowest to highest level"),
    }
    table = AgreementMap(names, rows, tuple(_spread(document, name) for name in names))
    return _safe(draw_agreement(table, labels, fonts=fonts(document)))


def _levels(document: PacketDocument, competency: str, member: str | None = None) -> list[int]:
    return [
        score.level
        for question in document.questions
        if competency in dict(question.competencies)
        for score in question.scores
        if score.level is not None and member in (None, score.member)
    ]


def _cell(document: PacketDocument, member: PanelMember, competency: str) -> AgreementCell:
    levels = _levels(document, competency, member.key)
    if levels:
        return AgreementCell(fmean(levels), len(levels))
    asked = any(
        competency in dict(question.competencies) and member.key in {score.member for score in question.scores}
        for question in document.questions
    )
    if not asked:
        return AgreementCell(words=_("not asked"))
    return AgreementCell(words=_("not assessed") if member.submitted else _("card not in"))


def _spread(document: PacketDocument, competency: str) -> str:
    levels = _levels(document, competency)
    if not levels:
        return "–"
    if min(levels) == max(levels):
        return str(levels[0])
    return _("%(low)d to %(high)d") % {"low": min(levels), "high": max(levels)}


def _rounds(member: PanelMember) -> str:
    if not member.rounds:
        return ""
    numbers = wording.named(map(str, member.rounds))
    return (_("round %(numbers)s") if len(member.rounds) == 1 else _("rounds %(numbers)s")) % {"numbers": numbers}


def _agreement_said(rows: tuple[AgreementRow, ...], names: tuple[str, ...]) -> str:
    said = [
        wording.because(
            row.name,
            wording.named(
                f"{name} {cell.mean:.1f}" for name, cell in zip(names, row.cells, strict=True) if cell.mean is not None
            ),
        )
        for row in rows
    ]
    return wording.joined((_("Mean level by interviewer and competency."), "; ".join(said)))


def dots(document: PacketDocument, levels: list[int]) -> SafeString:
    """The levels given to one question, on a scale of five."""
    words = _("Levels: %(levels)s") % {"levels": wording.named(map(str, levels)) or "–"}
    return _safe(draw_dots(tuple(levels), {"title": words}, fonts=fonts(document)))


def mark(document: PacketDocument, chosen: Recommendation | None, before: Recommendation | None = None) -> SafeString:
    """One recommendation on its four places."""
    words = wording.recommendation_name(chosen)
    if before is not None and before != chosen:
        earlier = _("before reading: %(vote)s") % {"vote": wording.recommendation_name(before).lower()}
        words = wording.listed([words, earlier])
    return _safe(draw_mark(chosen, {"title": words}, before=before, fonts=fonts(document)))
