"""The sample company with something at every stage, so that every page has something to show."""

from dataclasses import dataclass
from datetime import timedelta

from django.test import override_settings
from django.utils import timezone

from accounts.choices import Language, Role
from accounts.models import ApiToken, User
from accounts.services.tokens import create_token, rotate_token
from delivery.choices import JobState
from delivery.models import DurableJob, WebhookEndpoint
from delivery.services import webhooks
from delivery.services.company_exports import request_export
from delivery.services.events import publish_events
from delivery.services.jobs import run_job
from interviews.models import AtsConnection, Job, Loop, LoopPlan, PanelSeat
from interviews.services import ats, jobs
from interviews.services.panels import propose_panel
from interviews.services.plans import compile_plan
from interviews.services.sample import person
from questionbank.forms.imports import initial_defaults
from questionbank.models import Competency, Import, Question, RoleFamily, SeniorityLevel
from questionbank.services.importing import Defaults
from questionbank.services.uploads import keep_upload, request_writing
from questionbank.services.versions import Content, as_wording, create_question
from scoring.models import Packet
from scoring.services import demo
from scoring.services.packets import request_packet
from scoring.services.scorecards import open_card, save_card
from tests.browser.conftest import work_off
from tests.delivery.receivers import receiving, says
from tests.factories import PASSWORD, UserFactory
from tests.interviews.ats.worlds import JOBS, STAGES, Connected
from tests.scoring.worlds import asked_of

BANK = """# Caches
## Basics
### Q1: When does a cache hurt?
**Answer**: When it is asked for what it does not hold.

### Q2: What happens when the entry that everybody asks for expires at the busiest hour?
**Answer**: All of them miss at once, and all go to the database.
"""
# Of the same bank: a changed answer, nearly the same question, the same one, one without an answer, a broken block.
MORE = """# Caches
## Basics
### Q1: When does a cache hurt?
**Answer**: When it is asked for what it does not hold, or holds what is no longer **true**.

- Stale entries
- Misses in a row

### Q3: What happens when an entry that everybody asks for expires at the busiest hour?
**Answer**: A stampede.

### Q4: What is left without an answer?

## Queues
### Q5: Why does a queue between two services make the peaks of the one bearable for the other?
**Answer**: It holds what cannot be done at once.

### Q6: What is a queue that never empties?
**Answer**: A sign.
```
"""


@dataclass(frozen=True)
class Company:
    """Who and what the pages are about.

    ``writer`` has begun a card, ``reader`` has submitted one; only ``manager`` has a password.
    """

    recruiter: User
    manager: User
    author: User
    reviewer: User
    admin: User
    newcomer: User
    writer: User
    reader: User
    decided: Loop
    half: Loop
    booked: Loop
    bare: Loop
    approved: LoopPlan
    drafted: LoopPlan
    unplanned: Job
    begun_seat: PanelSeat
    final_seat: PanelSeat
    question: Question
    draft: Question
    upload: Import
    reading: Import
    broken: Import
    imported: Import
    ready: Packet
    waiting: Packet
    token: ApiToken
    endpoint: WebhookEndpoint
    silent: WebhookEndpoint
    connection: AtsConnection


def build() -> Company:
    """Ten seconds of real work through the services."""
    now = timezone.now()
    demo.build_company()
    open_loop, _lines = demo.run_main_job(now=now)
    demo.build_surroundings(now=now)
    half, booked, bare = (_loop(name) for name in ("Ben Carter", "Sofia Marin", "Paula Stein"))
    propose_panel(loop=bare, actor=demo.recruiter(), now=now)
    ready = request_packet(debrief=open_loop.debrief, language=Language.EN, actor=demo.manager())
    request_export(actor=person("ines.duarte"))
    work_off()
    ready.refresh_from_db()
    begun = PanelSeat.objects.live().filter(round__loop=half, scorecard=None).order_by("round__position")[0]
    final = PanelSeat.objects.live().filter(round__loop=open_loop).order_by("round__position")[0]
    _begin(begun)
    author = person("marta.silva")
    manager = demo.manager()
    manager.set_password(PASSWORD)
    manager.save()
    imported, upload = _written(author), _looked_through(author)
    admin = person("ines.duarte")
    endpoint, silent = _told(admin)
    request_export(actor=admin)
    drafted = _job("Mid-level software engineer", "software-engineer", "mid")
    return Company(
        recruiter=demo.recruiter(),
        manager=manager,
        author=author,
        reviewer=person("david.osei"),
        admin=admin,
        newcomer=UserFactory(display_name="Nobody Yet", roles=[role for role in Role if role != Role.ADMIN]),
        writer=begun.interviewer.user,
        reader=final.interviewer.user,
        decided=open_loop,
        half=half,
        booked=booked,
        bare=bare,
        approved=open_loop.plan,
        drafted=compile_plan(job=drafted, actor=demo.recruiter()),
        unplanned=_job("Research lead", "llm-engineer", "staff"),
        begun_seat=begun,
        final_seat=final,
        question=Question.objects.order_by("number")[0],
        draft=_draft(author),
        upload=upload,
        reading=_kept(author, MORE),
        broken=_broken(author),
        imported=imported,
        ready=ready,
        waiting=request_packet(debrief=open_loop.debrief, language=Language.ZH_HANS, actor=demo.manager()),
        token=_token(admin),
        endpoint=endpoint,
        silent=silent,
        connection=_connection(admin, open_loop.plan.job),
    )


def _kept(author: User, *texts: str) -> Import:
    """An upload that waits for a worker."""
    return keep_upload(user=author, files=[(f"bank {n}.md", text.encode()) for n, text in enumerate(texts, start=1)])


def _looked_through(author: User, *texts: str) -> Import:
    """An upload that a worker has read, ready for the preview."""
    upload = _kept(author, *(texts or (MORE, BANK, "Dear friend,\n")))
    work_off()
    upload.refresh_from_db()
    return upload


def _written(author: User) -> Import:
    """An import that is done."""
    upload = _looked_through(author, BANK)
    request_writing(upload=upload, actor=author, defaults=Defaults(**initial_defaults()))
    work_off()
    return upload


def _broken(author: User) -> Import:
    """An upload that no worker could read."""
    upload = _kept(author, MORE)
    job = DurableJob.objects.filter(key=upload.outcome["job"])
    job.update(state=JobState.DEAD, attempts=5, finished_at=timezone.now())
    return upload


def _loop(candidate: str) -> Loop:
    return Loop.objects.get(application__candidate__name=candidate)


def _begin(seat: PanelSeat) -> None:
    """One question scored, the others still to come."""
    user = seat.interviewer.user
    card = open_card(seat=seat, user=user)
    score = {"level": 4, "evidence": "Named the constraint first, then two ways around it."}
    changes = {"scores": {str(asked_of(seat)[0].pk): score}}
    save_card(card=card, user=user, version=card.version, changes=changes, request_key="begun")


def _job(title: str, role: str, seniority: str) -> Job:
    """A job with a candidate for whom nothing is planned."""
    recruiter = demo.recruiter()
    job = jobs.create_job(
        actor=recruiter,
        title=title,
        role_family=RoleFamily.objects.get(slug=role),
        seniority=SeniorityLevel.objects.get(slug=seniority),
        time_zone="Europe/Berlin",
        recruiters=[recruiter],
        hiring_managers=[demo.manager()],
        place="Berlin",
    )
    jobs.add_applicant(
        actor=recruiter,
        job=job,
        name=f"Applicant of {title}",
        native_name="",
        email=f"{seniority}@candidate.example",
        time_zone="America/New_York",
        language=Language.EN,
    )
    return job


def _draft(author: User) -> Question:
    """A second question with the words of a published one, not yet published."""
    model = Question.objects.order_by("number")[1]
    version = model.versions.get()
    senior = SeniorityLevel.objects.get(slug="senior")
    content = Content(
        minutes=20,
        difficulty=4,
        lowest_seniority=senior,
        highest_seniority=senior,
        role_families=tuple(version.role_families.all()),
        weights={Competency.objects.get(slug="architecture"): 100},
        wordings=tuple(as_wording(text) for text in version.texts.all()),
    )
    return create_question(author=author, category=model.category, content=content).question


def _token(admin: User) -> ApiToken:
    """One that was changed over: both are live."""
    scopes = {"candidates:read", "candidates:write", "act:as"}
    ends = timezone.now() + timedelta(days=365)
    token, _secret = create_token(actor=admin, name="HR portal, nightly sync", scopes=scopes, expires_at=ends)
    return rotate_token(token=token, actor=admin)[0]


def _told(admin: User) -> tuple[WebhookEndpoint, WebhookEndpoint]:
    """One whose deliveries came to something each, and one that is out of use."""
    publish_events()
    now = timezone.now()
    busy = says(503, b"<html><head><title>503 Service Temporarily Unavailable</title></head></html>")
    with receiving() as good, receiving(busy) as bad:
        origins = frozenset({good.origin, bad.origin})
        with override_settings(WEBHOOK_ALLOWED_ORIGINS=origins):
            address = f"{good.url}/of/the/people/team?source=interviews&tenant=berlin"
            endpoint, _secret = webhooks.create_endpoint(owner=admin, actor=admin, url=address, description="Warehouse")
            webhooks.replay_range(endpoint=endpoint, actor=admin, after=now - timedelta(days=29), until=now)
            _deliver()
            webhooks.change_endpoint(endpoint=endpoint, actor=admin, url=f"{bad.url}/busy")
            webhooks.replay_delivery(delivery=endpoint.deliveries.earliest("created_at"), actor=admin)
            _deliver()
            silent, _secret = webhooks.create_endpoint(owner=admin, actor=admin, url=good.url, types=["packet.ready"])
            webhooks.change_endpoint(endpoint=silent, actor=admin, is_enabled=False)
    return endpoint, silent


def _deliver() -> None:
    for job in DurableJob.objects.filter(kind="webhook.deliver", state=JobState.WAITING):
        run_job(job_id=job.pk)


def _connection(admin: User, job: Job) -> AtsConnection:
    """Messages of each end: a loop was built, nothing to do, a job that nobody knows."""
    connection, secret = ats.create_connection(actor=admin, name="ATS of Berlin", vendor="generic", system="berlin")
    ats.link_job(connection=connection, actor=admin, job=job, external_id=JOBS["generic"])
    ats.set_stage_rules(connection=connection, actor=admin, rules=[(STAGES["generic"], None), ("Offer", job)])
    sender = Connected(world=None, admin=admin, connection=connection, secret=secret)
    for changes in ({}, {"type": "candidate.renamed"}, {"data__job__id": "J-99", "data__application__id": "A-99"}):
        sender.use(sender.body(**changes))
    return connection
