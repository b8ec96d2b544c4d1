"""The demonstration: a sample company, and the main job done in it through the same services as everywhere."""

from collections import Counter
from datetime import datetime, timedelta

from accounts.choices import Language
from accounts.models import User
from interviews.choices import LoopState
from interviews.models import Application, Candidate, Job, Loop, LoopPlan, RoundTemplate, SchedulePlan
from interviews.services import booking, jobs, loops, panels, plans
from interviews.services.sample import Shelf, derive_template, ensure_people, ensure_templates, person
from questionbank.models import Category, QuestionVersion, RoleFamily, SeniorityLevel
from questionbank.services import importing
from questionbank.services.sample import load_sample_bank
from questionbank.services.versions import publish_all
from scoring.services.sample import fill_cards

Lines = list[tuple[str, str]]
# Interviews of the demonstration lie in the past, so that scoring them is nothing odd.
AGO = timedelta(days=10)
BANK_MINUTES = 15
# Of a category of somebody's own bank, and of such categories, a loop asks at most so many.
MOST_OF_A_CATEGORY, MOST_CATEGORIES = 3, 8


def recruiter() -> User:
    return person("nora.fischer")


def manager() -> User:
    return person("laura.bennett")


def build_company() -> str:
    """People, the sample bank and the loop templates; safe to repeat. Returns what is there, in words."""
    ensure_people()
    load_sample_bank(author=person("marta.silva"), publisher=person("david.osei"))
    ensure_templates()
    questions = QuestionVersion.objects.askable().count()
    return f"{User.objects.active().count()} people, {questions} published questions"


def run_main_job(*, now: datetime) -> tuple[Loop, Lines]:
    """A senior LLM engineer from plan to debrief. Returns the loop and what was done; safe to repeat."""
    job = _job("Senior LLM engineer", "llm-engineer", team="Model platform", place="Berlin")
    return _to_debrief(job, _candidate("Wei Zhang", "张伟", "Asia/Dubai", Language.ZH_HANS), now - AGO, strength=0)


def import_bank(*, name: str, data: bytes) -> importing.ImportReport:
    """Import a bank and publish it in bulk as a second person. Safe to repeat: unchanged questions write nothing."""
    levels = SeniorityLevel.objects.in_bulk(field_name="slug")
    defaults = importing.Defaults(
        role_families=(_bank_role(name),),
        lowest_seniority=levels["mid"],
        highest_seniority=levels["staff"],
        minutes=BANK_MINUTES,
    )
    report = importing.import_files(files=[(name, data)], author=person("marta.silva"), defaults=defaults)
    drafts = QuestionVersion.objects.newest().filter(author=person("marta.silva"), published_at=None)
    publish_all(versions=drafts, actor=person("david.osei"))
    return report


def run_bank_job(*, name: str, report: importing.ImportReport, now: datetime) -> tuple[Loop, Lines]:
    """The main job on an imported bank, with a template derived from its categories."""
    role = _bank_role(name)
    senior = SeniorityLevel.objects.get(slug="senior")
    derive_template(role=role, seniority=senior, shelves=_shelves(role), minutes=BANK_MINUTES)
    languages = Counter(item.question.language for item in report.items if item.question)
    language = languages.most_common(1)[0][0]
    job = _job(f"{role.name_en}, senior", role.slug, language=language, team="Model platform", place="Berlin")
    return _to_debrief(job, _candidate("Wei Zhang", "张伟", "Asia/Dubai", Language.ZH_HANS), now - 2 * AGO, strength=0)


def build_surroundings(*, now: datetime) -> str:
    """Other candidates at other stages, so that every page has something to show. Safe to repeat."""
    llm = Job.objects.get(title="Senior LLM engineer")
    software = _job("Staff software engineer", "software-engineer", seniority="staff", team="Search", place="Berlin")
    _booked(llm, _candidate("Sofia Marin", "", "Europe/Madrid"), now)
    half = _booked(software, _candidate("Ben Carter", "", "Europe/Dublin"), now - AGO / 2)
    if half.state == LoopState.BOOKED:
        fill_cards(loop=half, strength=0, leave_out=2)
    _loop(software, _candidate("Paula Stein", "", "Europe/Vienna"))
    return "a booked loop, one that waits for two cards, and one without a panel"


def _bank_role(name: str) -> RoleFamily:
    stem = name.split(".")[0][:60] or name[:60]
    slug = "bank-" + "".join(c if c.isalnum() else "-" for c in stem.lower()).strip("-")
    role, _new = RoleFamily.objects.get_or_create(slug=slug[:80], defaults={"name_en": stem, "name_zh": stem})
    return role


def _shelves(role: RoleFamily) -> list[Shelf]:
    """The categories of the bank in the order of the file, with how many of their questions a loop asks."""
    versions = QuestionVersion.objects.askable().filter(role_families=role).order_by("question__number")
    available = Counter(
        version.question.category for version in versions.select_related("question__category__competency")
    )
    largest = {category for category, _count in available.most_common(MOST_CATEGORIES)}
    return [_shelf(category, count) for category, count in available.items() if category in largest]


def _shelf(category: Category, available: int) -> Shelf:
    return Shelf(
        competency=category.competency,
        name_en=category.name_in("en"),
        name_zh=category.name_in("zh-hans"),
        questions=min(available, MOST_OF_A_CATEGORY),
    )


def _job(
    title: str, role: str, *, team: str, place: str, seniority: str = "senior", language: str = Language.EN
) -> Job:
    found = Job.objects.filter(title=title).first()
    if found:
        return found
    return jobs.create_job(
        actor=recruiter(),
        title=title,
        role_family=RoleFamily.objects.get(slug=role),
        seniority=SeniorityLevel.objects.get(slug=seniority),
        time_zone="Europe/Berlin",
        recruiters=[recruiter()],
        hiring_managers=[manager()],
        team=team,
        place=place,
        language=language,
    )


def _candidate(name: str, native_name: str, zone: str, language: str = Language.EN) -> Candidate:
    email = f"{name.lower().replace(' ', '.')}@candidate.example"
    found = Candidate.objects.filter(email=email).first()
    return found or jobs.add_candidate(
        actor=recruiter(), name=name, native_name=native_name, email=email, time_zone=zone, language=language
    )


def _plan(job: Job) -> LoopPlan:
    approved = LoopPlan.objects.approved().filter(job=job).first()
    return approved or plans.approve_plan(plan=plans.compile_plan(job=job, actor=recruiter()), actor=recruiter())


def _loop(job: Job, candidate: Candidate) -> Loop:
    _plan(job)
    application = Application.objects.filter(job=job, candidate=candidate).first()
    application = application or jobs.apply(actor=recruiter(), job=job, candidate=candidate)
    return loops.start_loop(application=application, actor=recruiter())


def _booked(job: Job, candidate: Candidate, now: datetime) -> Loop:
    loop = _loop(job, candidate)
    if loop.state != LoopState.BUILT:
        return loop
    proposal = panels.propose_panel(loop=loop, actor=recruiter(), now=now)
    return booking.book_panel(
        proposal=proposal, actor=recruiter(), now=now, link=f"https://meet.example/{loop.pk.hex[-10:]}"
    )


def _to_debrief(job: Job, candidate: Candidate, now: datetime, *, strength: int) -> tuple[Loop, Lines]:
    plan = _plan(job)
    questions = plan.questions.count()
    rounds = RoundTemplate.objects.filter(template=plan.template).count()
    proven = "proven best" if plan.is_optimal else "best found"
    lines: Lines = [("Loop plan", f"{job}: {rounds} rounds, {questions} questions, {proven}")]
    loop = _booked(job, candidate, now)
    booked = SchedulePlan.objects.filter(loop=loop).first()
    first, seats = loop.rounds.order_by("position")[0], loop.rounds.filter(seats__state="confirmed").count()
    when = f"{first.starts_at:%Y-%m-%d %H:%M} UTC" if first.starts_at else ""
    earliest = ", proven earliest" if booked and booked.is_proven else ""
    lines.append(("Panel", f"{candidate}, {seats} seats booked from {when}{earliest}"))
    cards = fill_cards(loop=loop, strength=strength)
    lines.append(("Scores", f"{cards} cards, a level and evidence for every question"))
    return Loop.objects.get(pk=loop.pk), lines
