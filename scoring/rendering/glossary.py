"""The terms that a packet uses, each with its meaning here."""

from django.utils.translation import gettext as _

from scoring.rendering import wording
from scoring.rendering.document import PacketDocument

# Whether the packet uses the term, the term, its meaning.
Entry = tuple[bool, str, str]


def glossary(document: PacketDocument) -> list[tuple[str, str]]:
    """The terms this packet uses, in the order in which it needs them."""
    entries = [*_of_results(document), *_of_rules(document), *_of_levels(document)]
    return [(term, meaning) for used, term, meaning in entries if used]


def _of_results(document: PacketDocument) -> list[Entry]:
    rows = (document.overall, *document.competencies)
    return [
        (
            True,
            _("Result"),
            _(
                "Mean of the levels as they were given: within a competency each level counts by how much its question"
                " speaks to it; overall, every competency counts the same."
            ),
        ),
        (
            True,
            _("Raw levels only"),
            _(
                "Some interviewers choose lower levels than others for the same answers. This can be corrected only"
                " where enough interviewers have judged the same answers; here they have not, so nothing is corrected."
            ),
        ),
        (
            any(row.low is not None for row in rows),
            wording.interval_name(),
            _(
                "In about 90 of 100 loops, an interval made in this way includes the level that the candidate would"
                " reach with very many questions and interviewers of the same kind."
            ),
        ),
        (
            any(row.outcome == "not_certain" for row in rows),
            _("Not certain"),
            _(
                "The interval includes the pass line: with other questions or interviewers of the same kind, the result"
                " could have come out on the other side. It speaks of the evidence, not of success in the job."
            ),
        ),
        (
            any(row.cohort is not None for row in rows),
            _("Cohort"),
            _("Candidates for the same role and seniority whose loop is complete. The figure shows their median."),
        ),
    ]


def _of_rules(document: PacketDocument) -> list[Entry]:
    codes = {rule.code for rule in document.policy.rules}
    return [
        (
            "minimum_evidence" in codes,
            _("Minimum evidence"),
            _("The least number of questions and of interviewers without which no result is printed."),
        ),
        (
            "knock_out" in codes,
            _("Knock-out"),
            _("A result below this line decides alone, whatever the other competencies show."),
        ),
    ]


def _of_levels(document: PacketDocument) -> list[Entry]:
    scores = [score for question in document.questions for score in question.scores]
    return [
        (
            any(len(question.scores) > 1 for question in document.questions),
            _("Agreement"),
            _(
                "Pairs of levels given to the same question by different interviewers. No coefficient is printed for"
                " one candidate: with so little true difference between answers it says nothing."
            ),
        ),
        (
            any(score.not_assessed for score in scores),
            _("Not assessed"),
            _(
                "The interviewer had no basis for a level. It adds no evidence and takes none away; minimum evidence is"
                " checked without it."
            ),
        ),
    ]
