"""Drawing a kit as a PDF: asked for in the page, drawn by a worker, kept as long as the kit says the same."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from accounts.models import User
from accounts.services.trail import record
from delivery.handlers import JobRun
from delivery.models import DurableJob
from delivery.services.jobs import enqueue
from interviews.models import Round
from scoring.rendering.kit import KitDocument, kit_html
from scoring.selectors.kits import JOB_KIND, kit_document, kit_key, kit_round
from scoring.services.packets import draw

# The steps that the progress on the page names.
STEPS = ("write", "draw", "keep")


@transaction.atomic
def request_kit(*, round_: Round, language: str, actor: User) -> DurableJob:
    """The drawing of a round's kit as it stands: the one there is, else a new one.

    The caller has found the round through ``visible_to``. Raises ``ValidationError`` with code unknown_language.
    """
    if language not in Language.values:
        raise ValidationError(_("There is no kit in this language."), code="unknown_language")
    document = kit_document(round_, language=language)
    job = enqueue(
        kind=JOB_KIND,
        key=kit_key(round_.pk, document),
        input={"round": str(round_.pk), "language": language, "hash": document.inputs_hash},
        requested_by=actor,
    )
    record(actor=actor, action="kit.requested", subject=round_, language=language)
    return job


def draw_kit(run: JobRun) -> None:
    """Draw the kit that the job names and keep the file. Safe to run twice: the bytes are the same.

    A round that was changed since is not drawn: the page offers a new drawing.
    """
    run.step(STEPS[0], 0, len(STEPS))
    try:
        round_ = kit_round(round_id=UUID(run.input["round"]), user=None)
    except Round.DoesNotExist:
        return
    document = kit_document(round_, language=run.input["language"])
    if document.inputs_hash != run.input["hash"]:
        return
    html = kit_html(document)
    run.step(STEPS[1], 1, len(STEPS))
    drawn = draw(html, identifier=document.inputs_hash[:32], made_at=document.made_at)
    run.step(STEPS[2], 2, len(STEPS))
    name = file_name(document)
    # A worker killed while writing may have left half a file under this name.
    default_storage.delete(name)
    default_storage.save(name, ContentFile(drawn.pdf))


def file_name(document: KitDocument) -> str:
    """Where the drawing of this very kit is kept."""
    return f"kits/{document.inputs_hash[:40]}.pdf"
