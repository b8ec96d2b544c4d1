"""Files between their upload and their import."""

import datetime as dt
import io
import itertools
import zipfile
from collections import Counter
from pydoc import locate

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from delivery.models import DurableJob
from delivery.services.jobs import run_job
from questionbank.choices import ImportState
from questionbank.models import (
    Category,
    Competency,
    Import,
    ImportFile,
    Question,
    QuestionText,
    QuestionVersion,
    RoleFamily,
    SeniorityLevel,
)
from questionbank.services.importing import Defaults, import_files
from questionbank.services.uploads import (
    GIVEN_UP_AFTER,
    choose,
    choose_status,
    defaults_of,
    discard,
    keep_upload,
    request_writing,
    save_defaults,
)
from questionbank.services.versions import create_question, write_draft
from tests.factories import CategoryFactory, UserFactory
from tests.questionbank.contents import author, content, wording
from tests.questionbank.imports import BANK, work_off

pytestmark = pytest.mark.django_db


def kept(user, *texts):
    return keep_upload(user=user, files=[(f"{n}.md", text.encode()) for n, text in enumerate(texts)])


def looked_through(user, *texts):
    upload = kept(user, *texts)
    work_off()
    upload.refresh_from_db()
    return upload


def written(upload, **changes):
    request_writing(upload=upload, actor=upload.created_by, defaults=defaults(**changes))
    work_off()
    upload.refresh_from_db()
    return upload


def defaults(**changes):
    ladder = list(SeniorityLevel.objects.all())
    return Defaults(tuple(RoleFamily.objects.all()), ladder[0], ladder[-1], **changes)


def statuses(upload):
    return Counter(upload.entries.values_list("status", flat=True))


def test_upload_is_read_into_entries_and_its_bytes_are_dropped():
    upload = kept(author(), BANK, "prose")
    assert upload.state == ImportState.READING

    work_off()

    upload.refresh_from_db()
    assert upload.state == ImportState.READY
    assert statuses(upload) == {"created": 3, "unreadable": 1}
    assert list(upload.entries.values_list("file", "line").order_by("position"))[-1] == ("1.md", 1)
    assert not ImportFile.objects.exists()
    assert not Question.objects.exists()


def test_import_writes_drafts_once_and_forgets_what_was_read():
    writer = author()
    upload = looked_through(writer, BANK)

    written(upload)

    assert (upload.state, upload.outcome["created"], Question.objects.count()) == (ImportState.DONE, 3, 3)
    assert upload.imported_at is not None
    assert set(upload.entries.values_list("content", flat=True)) == {None}
    assert AuditEntry.objects.get(subject_id=upload.pk, action="import.done").detail["created"] == 3
    with pytest.raises(ValidationError) as caught:
        request_writing(upload=upload, actor=writer, defaults=defaults())
    assert caught.value.code == "already_imported"


def test_refused_import_names_the_place_and_can_be_tried_again():
    upload = looked_through(author(), BANK)

    written(upload, minutes=0)

    assert upload.state == ImportState.READY
    assert upload.outcome["refused"][0] == "0.md:3: A question takes 1 to 240 minutes."
    assert not Question.objects.exists()
    assert written(upload).outcome["created"] == 3


def test_nothing_chosen_is_refused():
    upload = looked_through(author(), BANK)
    choose_status(upload=upload, actor=upload.created_by, status="created", is_chosen=False)

    with pytest.raises(ValidationError) as caught:
        request_writing(upload=upload, actor=upload.created_by, defaults=defaults())

    assert caught.value.code == "nothing_chosen"


def test_what_is_left_out_is_not_written_and_a_duplicate_may_be_taken_in():
    upload = looked_through(author(), BANK, BANK)
    first = upload.entries.get(position=1)
    double = upload.entries.get(position=5)
    assert (double.status, double.is_chosen) == ("duplicates", False)

    choose(upload=upload, actor=upload.created_by, chosen=[double.pk], left_out=[first.pk])
    written(upload)

    titles = Question.objects.values_list("versions__texts__title", flat=True).order_by("number")
    assert list(titles) == ["What is a stampede?", "When do you need a queue?", "What is a stampede?"]
    assert statuses(looked_through(author(), BANK)) == {"created": 1, "unchanged": 2}


def test_nobody_imports_what_another_uploaded():
    upload = looked_through(author(), BANK)

    with pytest.raises(PermissionDenied):
        request_writing(upload=upload, actor=author(), defaults=defaults())


def test_only_authors_upload():
    with pytest.raises(PermissionDenied):
        kept(UserFactory(roles=[Role.RECRUITER]), BANK)


def test_uploads_that_were_given_up_are_forgotten_with_the_next():
    writer = author()
    old, fresh, others = kept(writer, BANK), kept(writer, BANK), kept(author(), BANK)
    long_ago = timezone.now() - GIVEN_UP_AFTER - dt.timedelta(minutes=1)
    Import.objects.filter(pk__in=[old.pk, others.pk]).update(created_at=long_ago)

    newest = kept(writer, BANK)

    assert set(Import.objects.all()) == {fresh, newest}


def test_discarded_upload_is_gone_and_its_job_does_nothing():
    upload = kept(author(), BANK)

    discard(upload=upload, actor=upload.created_by)
    work_off()

    assert not Import.objects.exists()
    assert set(DurableJob.objects.values_list("state", flat=True)) == {"done"}


def test_defaults_are_kept_for_the_next_look_and_for_the_writing():
    upload = looked_through(author(), BANK)
    chosen = defaults(minutes=35, competencies=(("Caching", "Speed"),))

    save_defaults(upload=upload, actor=upload.created_by, defaults=chosen)

    upload.refresh_from_db()
    assert defaults_of(upload) == chosen
    request_writing(upload=upload, actor=upload.created_by, defaults=defaults_of(upload))
    work_off()
    version = QuestionVersion.objects.get(texts__title="What is a stampede?")
    assert (version.minutes, [weight.competency.name for weight in version.weights.all()]) == (35, ["Speed"])


def test_questions_without_a_rubric_are_left_out_when_the_house_gives_none():
    upload = written(looked_through(author(), BANK), generic_rubric=False)

    assert (upload.outcome["created"], upload.outcome["without_rubric"]) == (0, 3)
    assert not Question.objects.exists()


def test_page_and_command_write_the_same():
    written(looked_through(author(), BANK, BANK.replace("Q1", "Q7"), "prose"))
    by_page = _whole_bank()
    for model in (Question, Category, Competency):
        assert model.objects.exists()
    QuestionText.objects.all().delete()
    QuestionVersion.objects.all().delete()
    Question.objects.all().delete()

    files = [("0.md", BANK.encode()), ("1.md", BANK.replace("Q1", "Q7").encode()), ("2.md", b"prose")]
    import_files(files=files, author=author(), defaults=defaults())

    assert _whole_bank() == by_page


def _whole_bank():
    rows = QuestionText.objects.values_list(
        *("version__question__number", "version__question__source_key", "version__fingerprint", "version__minutes"),
        *("version__question__category__name_en", "language", "title", "prompt", "reference_answer"),
        *("levels__level", "levels__anchor", "version__weights__percent"),
    )
    return sorted(rows)


# Archives --------------------------------------------------------------------------------------------


def zipped(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def test_archive_is_opened_and_its_files_are_read_with_their_folders():
    data = zipped(**{"bank/a.md": BANK, "bank/readme.exe": "x", "bank/b.csv": "Question,Answer\nWhat now?,This.\n"})
    upload = keep_upload(user=author(), files=[("all.zip", data), ("c.md", b"prose")])

    work_off()

    upload.refresh_from_db()
    assert (upload.state, upload.outcome["files"]) == (ImportState.READY, 3)
    assert set(upload.entries.values_list("file", flat=True)) == {"all.zip › bank/a.md", "all.zip › bank/b.csv", "c.md"}
    assert statuses(upload)["unreadable"] == 1


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", b"", b"\x00" * 100])
def test_broken_archive_is_one_unreadable_row(data):
    upload = keep_upload(user=author(), files=[("all.zip", data)])

    work_off()

    assert statuses(upload) == {"unreadable": 1}


def test_archive_of_too_many_files_says_where_it_stops(monkeypatch):
    monkeypatch.setattr("questionbank.services.import_jobs.MOST_FILES", 2)
    upload = keep_upload(user=author(), files=[("all.zip", zipped(**{f"{n}.md": BANK for n in range(4)}))])

    work_off()

    upload.refresh_from_db()
    assert upload.state == ImportState.READY
    assert statuses(upload) == {"created": 3, "duplicates": 3, "unreadable": 1}
    assert upload.entries.get(status="unreadable").notes[0]["code"] == "too_many_files"


# Killed and run again ----------------------------------------------------------------------------------


class Killed(BaseException):
    pass


def _run_killed(upload, monkeypatch, place, *, after):
    """Run the upload's next job and let it die at the given call of a function."""
    calls = itertools.count()
    name, attribute = place.rsplit(".", 1)
    target = locate(name)
    true = getattr(target, attribute)

    def mortal(*args, **kwargs):
        if next(calls) >= after:
            raise Killed
        return true(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(target, attribute, mortal)
        job = DurableJob.objects.get(state="waiting")
        with pytest.raises(Killed):
            run_job(job_id=job.pk)
    DurableJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    run_job(job_id=job.pk)
    upload.refresh_from_db()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("place", "after"),
    [
        ("questionbank.services.import_jobs.StoredEntries.add", 1),
        ("questionbank.services.import_jobs._Reading._take", 2),
        ("questionbank.services.comparing._settle_changes", 0),
        ("questionbank.services.import_jobs.find_similar", 0),
    ],
)
def test_reading_killed_anywhere_is_done_by_the_next_attempt(place, after, monkeypatch):
    monkeypatch.setattr("questionbank.services.import_jobs._MOST_AT_ONCE", 2)
    texts = [BANK, BANK.replace("Q1", "Q5"), *[f"### Q1: What is {n}?\n**Answer**: {n}.\n" for n in range(5)]]
    upload = kept(author(), *texts)

    _run_killed(upload, monkeypatch, place, after=after)

    assert upload.state == ImportState.READY
    assert statuses(upload)["duplicates"] == 3
    assert sum(statuses(upload).values()) == 11
    assert sorted(upload.entries.values_list("position", flat=True)) == list(range(1, 12))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["drafting.insert_rows", "drafting._Writer.name_enemies", "import_jobs._finish"])
def test_writing_killed_anywhere_writes_nothing_and_the_next_attempt_all(place, monkeypatch):
    upload = looked_through(author(), BANK)
    request_writing(upload=upload, actor=upload.created_by, defaults=defaults())

    def none_yet():
        assert not Question.objects.exists()
        assert not Category.objects.exists()

    monkeypatch.setattr("delivery.services.jobs.bury", lambda **_kwargs: None)
    _run_killed(upload, monkeypatch, f"questionbank.services.{place}", after=0)

    assert (upload.state, upload.outcome["created"]) == (ImportState.DONE, 3)
    assert Question.objects.count() == 3


def test_long_reading_goes_on_in_the_next_part(monkeypatch):
    monkeypatch.setattr("questionbank.services.import_jobs.PART_SECONDS", 0)
    monkeypatch.setattr("questionbank.services.import_jobs._MOST_AT_ONCE", 2)
    upload = kept(author(), *[f"### Q1: What is {n}?\n**Answer**: {n}.\n" for n in range(5)])

    for _part in range(4):
        work_off()

    upload.refresh_from_db()
    assert (upload.state, sum(statuses(upload).values())) == (ImportState.READY, 5)
    assert DurableJob.objects.filter(kind="import.read").count() == 4


# Somebody else at the same time ------------------------------------------------------------------------


def test_two_previews_of_one_bank_write_it_once():
    first, second = looked_through(author(), BANK), looked_through(author(), BANK)

    written(first)
    written(second)

    assert (first.outcome["created"], second.outcome["created"]) == (3, 0)
    assert statuses(second) == {"unchanged": 3}
    assert Question.objects.count() == 3


def test_question_changed_since_the_preview_is_left_alone_and_named():
    written(looked_through(author(), BANK))
    changed = BANK.replace("When it is stale.", "When it lies.").replace("When peaks pass.", "When peaks come.")
    upload = looked_through(author(), changed)
    question = Question.objects.get(versions__texts__title="When does a cache hurt?")
    write_draft(question=question, author=author(), content=content(wordings=(wording(prompt="My words"),)))

    written(upload)

    assert (upload.outcome["changed"], upload.outcome["left_alone"]) == (1, 1)
    assert question.versions.get().texts.get().prompt == "My words"
    assert upload.entries.get(position=1).notes[-1]["code"] == "changed_since"
    assert QuestionVersion.objects.filter(texts__reference_answer="When peaks come.").count() == 1


def test_title_taken_since_the_preview_is_left_alone():
    upload = looked_through(author(), BANK)
    create_question(
        author=author(), category=CategoryFactory(), content=content(wordings=(wording(title="What is a stampede?"),))
    )

    written(upload)

    assert (upload.outcome["created"], upload.outcome["left_alone"]) == (2, 1)
    assert upload.entries.get(position=2).status == "duplicates"


def test_two_thousand_files_are_one_import():
    texts = [f"### Q1: What is number {n}?\n**Answer**: It is {n}.\n" for n in range(2_000)]

    upload = written(looked_through(author(), *texts))

    assert (upload.outcome["files"], upload.outcome["created"]) == (2_000, 2_000)
    assert list(Question.objects.values_list("number", flat=True)) == list(range(1, 2_001))
