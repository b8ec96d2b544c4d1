"""What the templates of an import are given."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Page
from django.utils.translation import gettext as _

from delivery.models import DurableJob
from questionbank.choices import ImportState, ImportStatus
from questionbank.formats.diff import diff, shortened
from questionbank.forms.imports import DefaultsForm, initial_defaults
from questionbank.models import Competency, Import, ImportEntry
from questionbank.selectors.imports import StatusCount, category_counts, entry_rows, status_counts
from questionbank.services import uploads
from questionbank.services.entries import from_plain
from questionbank.services.merging import Defaults, stored_content, stored_questions
from questionbank.services.shelves import Shelves
from questionbank.wording import entry_messages


def latest_row(upload: Import, job: DurableJob | None) -> dict[str, Any]:
    """One of somebody's imports in a list."""
    return {"upload": upload, "failed": uploads.has_failed(job), **outcome(upload), **progress(upload, job)}


def progress(upload: Import, job: DurableJob | None) -> dict[str, Any]:
    """How far the work in the background is."""
    steps = {
        "read": _("files read"),
        "compare": _("compared with the bank"),
        "similar": _("looking for questions that say nearly the same"),
        "write": _("writing the drafts"),
    }
    failed = uploads.has_failed(job)
    step = job.step if job else ""
    return {
        "is_working": upload.state in (ImportState.READING, ImportState.WRITING) and not failed,
        "failed": failed,
        "step": steps.get(step, _("waiting for a worker")),
        "done": job.steps_done if job else 0,
        "total": job.steps_total if job else 0,
    }


def outcome(upload: Import) -> dict[str, Any]:
    """What an import has done."""
    done = upload.outcome
    drafts = done.get("created", 0) + done.get("changed", 0)
    return {
        "drafts": drafts,
        "files": done.get("files", 0),
        "left_alone": done.get("left_alone", 0),
        "without_rubric": done.get("without_rubric", 0),
    }


def table(upload: Import, status: str) -> dict[str, Any]:
    """The entries of one status, or all, and the other statuses as filters."""
    counts = status_counts(upload=upload)
    known = {count.status.value for count in counts}
    chosen = status if status in known else ""
    return {
        "entries": entry_rows(upload=upload, status=chosen),
        "status": chosen,
        "counts": counts,
        "count": sum(count.count for count in counts),
        "filtered": next((count for count in counts if count.status == chosen), None),
        "files": upload.outcome.get("files", 0),
        "refused": upload.outcome.get("refused", []),
    }


def rows(page: Page[ImportEntry]) -> list[dict[str, Any]]:
    """Entries with their notes in words."""
    return [
        {
            "entry": entry,
            "status": ImportStatus(entry.status),
            "messages": entry_messages(entry.status, entry.notes),
            "similar": next((one["params"]["question"] for one in entry.notes if one["code"] == "similar_there"), None),
            "is_choosable": StatusCount(ImportStatus(entry.status), 1, 0).is_choosable,
        }
        for entry in page
    ]


def chosen(upload: Import) -> dict[str, Any]:
    """How many drafts would be written now."""
    counts = status_counts(upload=upload)
    usable = sum(count.count for count in counts if count.status != ImportStatus.UNREADABLE)
    choosable = sum(count.count for count in counts if count.is_choosable)
    return {
        "upload": upload,
        "chosen": sum(count.chosen for count in counts),
        "usable": usable,
        "choosable": choosable,
    }


def defaults_form(upload: Import, data: Mapping[str, Any] | None = None) -> DefaultsForm:
    """With the categories of the upload that the bank does not have, and the competency that each would get."""
    shelves = Shelves()
    counts = [(name, count) for name, count in category_counts(upload=upload) if shelves.find_category(name) is None]
    kept = uploads.defaults_of(upload) if upload.defaults else None
    initial = _initial(kept) if kept else initial_defaults()
    named = dict(kept.competencies) if kept else {}
    for place, (name, _count) in enumerate(counts):
        found = shelves.find_competency(name)
        own = found.name if found else name or _("General")
        initial[f"category_{place}"] = named.get(name, own)
    form = DefaultsForm(data, categories=tuple(name for name, _count in counts), initial=initial)
    form.competencies = sorted({row.name for row in Competency.objects.all()})
    return form


def entry_parts(entry: ImportEntry) -> dict[str, Any]:
    """What was read, and for a question of the bank what would change, word by word."""
    question = from_plain((entry.content or {})["read"])
    stored = stored_questions([entry.question_id]) if entry.question_id else []
    texts = [question, *question.translations]
    return {
        "read": question,
        "texts": texts,
        "messages": entry_messages(entry.status, entry.notes),
        "changes": list(_changes(texts, stored[0].versions.all()[0])) if stored else [],
        "stored": stored[0] if stored else None,
    }


def _changes(texts: Iterable[Any], version: Any) -> Iterable[tuple[str, Any]]:
    words = {wording.language: wording for wording in stored_content(version).wordings}
    for text in texts:
        last = words.get(text.language) or (next(iter(words.values())) if words else None)
        if last is None:
            continue
        for label, old, new in (
            (_("Title"), last.title, text.title),
            (_("Prompt"), last.prompt, text.prompt),
            (_("Reference answer"), last.reference_answer, text.reference_answer),
        ):
            if old.strip() != new.strip():
                yield label, shortened(diff(old, new))


def _initial(kept: Defaults) -> dict[str, Any]:
    fields = ("lowest_seniority", "highest_seniority", "minutes", "difficulty", "generic_rubric")
    return {"role_families": list(kept.role_families)} | {name: getattr(kept, name) for name in fields}
