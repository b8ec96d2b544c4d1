"""What a token may do: a word per resource and verb."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

READ, WRITE = "read", "write"
ACT_AS = "act:as"
PUBLISH = "questions:publish"

# Resource → its name, and the verbs that it has. One scope covers the parts of a thing too.
RESOURCES: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "vocabulary": (_("Competencies, categories, roles, seniorities"), (READ, WRITE)),
    "questions": (_("Questions and their versions"), (READ, WRITE)),
    "imports": (_("Imports of questions"), (READ, WRITE)),
    "loop-templates": (_("Loop templates"), (READ, WRITE)),
    "jobs": (_("Jobs"), (READ, WRITE)),
    "loop-plans": (_("Loop plans"), (READ, WRITE)),
    "candidates": (_("Candidates and applications"), (READ, WRITE)),
    "loops": (_("Loops, rounds and kits with their questions"), (READ, WRITE)),
    "interviewers": (_("Interviewers, pools and their hours"), (READ, WRITE)),
    "bookings": (_("Panels: proposals, bookings, invitations"), (READ, WRITE)),
    "scorecards": (_("Scorecards and scores"), (READ, WRITE)),
    "debriefs": (_("Debriefs, results, decisions, policies"), (READ, WRITE)),
    "packets": (_("Packets"), (READ, WRITE)),
    "events": (_("Events"), (READ,)),
    "webhooks": (_("Webhooks"), (READ, WRITE)),
    "users": (_("People"), (READ, WRITE)),
    "tokens": (_("API tokens"), (READ, WRITE)),
    "audit": (_("Audit trail"), (READ,)),
    "exports": (_("Export of everything"), (READ, WRITE)),
}
SPECIAL: dict[str, Promise] = {
    PUBLISH: _("Publish questions that somebody else wrote"),
    ACT_AS: _("Act for a person (On-Behalf-Of)"),
}
SCOPES: frozenset[str] = frozenset(
    {f"{name}:{verb}" for name, (_label, verbs) in RESOURCES.items() for verb in verbs} | set(SPECIAL)
)
