"""A small bank, and what tests say about importing it."""

from django.utils import timezone

from accounts.models import AuditEntry
from delivery.models import DurableJob
from delivery.services.jobs import run_job
from questionbank.models import Category, Competency, Question, QuestionText, QuestionVersion
from questionbank.services.importing import import_files
from tests.questionbank.contents import author

BANK = """# Bank
## Caching
### Q1: When does a cache hurt?
**Answer**: When it is stale.
### Q2: What is a stampede?
**Answer**: Many misses at once.
## Queues
### Q3: When do you need a queue?
**Answer**: When peaks pass.
"""


def imported(text, defaults, *, by=None, name="bank.md"):
    data = text if isinstance(text, bytes) else text.encode()
    return import_files(files=[(name, data)], author=by or author(), defaults=defaults)


def work_off():
    """Do what a worker would do now, and what comes of it."""
    while jobs := list(DurableJob.objects.filter(state="waiting", due_at__lte=timezone.now())):
        for job in jobs:
            run_job(job_id=job.pk)


def counts(report):
    return {status: count for status, count in report.counts.items() if count}


def rows():
    models = (Question, QuestionVersion, QuestionText, Category, Competency, AuditEntry)
    return [model.objects.count() for model in models]


def shelves(*headings):
    asked = "### Q{n}: What is number {n}?\n**Answer**: It is {n}.\n"
    parts = [f"## {heading}\n" + asked.format(n=n) for n, heading in enumerate(headings)]
    return "# Bank\n" + "".join(parts)
