"""Files that are looked through before they become drafts, and what was found in them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.constraints import known
from accounts.identifiers import new_id
from accounts.models import Touched
from questionbank.choices import ImportState, ImportStatus
from questionbank.models.questions import Question
from questionbank.querysets import ImportQuerySet


class Import(Touched, models.Model):
    """Files that somebody has uploaded and looks through before they become drafts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    # What the files leave out, as the uploader chose it in the preview; see services.uploads.
    defaults = models.JSONField(default=dict, blank=True)
    # Codes and figures of what went wrong as a whole, or what was done: see wording.
    outcome = models.JSONField(default=dict, blank=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        constraints = [known("state", ImportState, model="import")]

    def __str__(self) -> str:
        return str(self.pk)


class ImportFile(models.Model):
    """One file of an import as it was uploaded; kept only until the import is done or given up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    upload = models.ForeignKey(Import, models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=255)
    content = models.BinaryField()

    class Meta:
        ordering = ["upload", "position"]
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="importfile_position_once")]

    def __str__(self) -> str:
        return self.name


class ImportEntry(models.Model):
    """One question of an import's files, or one place that could not be read: a row of the preview."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    upload = models.ForeignKey(Import, models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    file = models.CharField(max_length=255)
    line = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=ImportStatus)
    # [{"code": …, "params": …}], worded by wording.py: doubts, or why the place could not be read.
    notes = models.JSONField(default=list, blank=True)
    # The question it would change, repeats or resembles.
    question = models.ForeignKey(Question, models.SET_NULL, null=True, blank=True, related_name="+")
    # What was read, as formats.reading has it; kept only until the import is done.
    content = models.JSONField(null=True, blank=True)
    is_chosen = models.BooleanField(default=True)

    class Meta:
        ordering = ["upload", "position"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "position"], name="importentry_position_once"),
            known("status", ImportStatus, model="importentry"),
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
