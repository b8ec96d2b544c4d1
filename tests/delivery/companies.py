"""A company with something in every table that an archive holds."""

from datetime import UTC, datetime

from django.utils import timezone

from accounts.services.external_ids import set_external_ids
from accounts.services.tokens import create_token
from delivery.services.webhooks import create_endpoint
from interviews.models import AtsMessage, BusyPeriod, CandidateWindow, Pool
from interviews.services.ats import create_connection, set_stage_rules
from questionbank.models import ImportFile, Question
from questionbank.services.editing import keep, set_tags
from questionbank.services.enemies import set_enemies
from questionbank.services.leaks import suspect
from questionbank.services.reviews import comment
from questionbank.services.saved import save_search
from scoring.choices import Outcome
from scoring.services.debriefs import record_decision, request_access
from tests.browser import company

# What files and databases like to lose: formulas, quotes, line ends, signs outside the first plane, no whole second.
ODD = '=cmd|"/c calc"!A1\r\n\t\'—\u2028\u200f\x7f 你好 🙂 \\u0000 \\'
MOMENT = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)


def whole_company() -> company.Company:
    """The company of the browser tests, and what its pages do not need."""
    built = company.build()
    _bank(built)
    _panels(built)
    record_decision(debrief=built.decided.debrief, actor=built.manager, outcome=Outcome.HIRE, rationale=ODD)
    request_access(debrief=built.decided.debrief, admin=built.admin, reason="A question of the works council")
    _systems(built)
    return built


def _bank(built: company.Company) -> None:
    author, question = built.author, built.question
    set_tags(question=question, tags=["Caching", "缓存"], actor=author)
    set_enemies(question=question, enemies={Question.objects.order_by("number")[1]: "Gives it away"}, actor=author)
    suspect(question=question, drift={"p": 1e-09, "share": 3.0, "since": None, "β": [0.1, {"z": 1, "a": -2}]})
    comment(version=built.draft.versions.get(), actor=built.reviewer, body=ODD)
    keep(user=author, question=question, fields={"title": [ODD]}, number=0)
    save_search(user=author, name="Mine", query="state=published&q=缓存")
    ImportFile.objects.create(upload=built.reading, position=2, name="bytes.zip", content=bytes(range(256)))


def _panels(built: company.Company) -> None:
    interviewer = built.final_seat.interviewer
    BusyPeriod.objects.create(interviewer=interviewer, starts_at=MOMENT, ends_at=timezone.now(), what="Training")
    CandidateWindow.objects.create(candidate=built.bare.application.candidate, starts_at=MOMENT, ends_at=timezone.now())
    Pool.objects.create(slug="gone").delete()


def _systems(built: company.Company) -> None:
    """Other systems: each with a secret that must stay here."""
    token, _secret = create_token(actor=built.admin, name="Careers page", scopes=["candidates:read"])
    create_endpoint(owner=token.user, actor=built.admin, url="https://hooks.example.com/loopwright")
    connection, _secret = create_connection(actor=built.admin, name="Hiring", vendor="generic", system="archived")
    set_stage_rules(connection=connection, actor=built.admin, rules=[("Onsite", built.decided.application.job)])
    AtsMessage.objects.create(connection=connection, message_id="1", body="sealed")
    set_external_ids(resource="candidates", object_id=built.decided.application.candidate_id, ids={"archived": "4711"})
