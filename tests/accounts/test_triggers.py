import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts import triggers
from accounts.services.trail import record
from tests.factories import UserFactory, VersionFactory, publish

pytestmark = pytest.mark.django_db


def test_database_holds_every_trigger_of_the_list():
    wanted = {t.name for t in triggers.TRIGGERS if t.vendor in {"", connection.vendor}}

    assert triggers.installed(connection) == wanted


def test_install_is_safe_to_repeat():
    triggers.install(connection)
    triggers.install(connection)

    assert len(triggers.installed(connection)) == len(
        [t for t in triggers.TRIGGERS if t.vendor in {"", connection.vendor}]
    )


@pytest.mark.parametrize("change", ["update", "delete"])
def test_audit_entry_never_changes(change):
    user = UserFactory()
    entry = record(actor=user, action="tested", subject=user)
    rows = type(entry).objects.filter(pk=entry.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(action="forged") if change == "update" else rows.delete()

    assert rows.get().action == "tested"


@pytest.mark.parametrize(
    "change",
    [
        lambda v: type(v).objects.filter(pk=v.pk).update(minutes=99),
        lambda v: type(v).objects.filter(pk=v.pk).update(state="draft", published_at=None),
        lambda v: v.texts.update(prompt="Other words"),
        lambda v: v.texts.get().levels.filter(level=3).update(anchor="Easier"),
        lambda v: v.texts.get().levels.filter(level=3).delete(),
        lambda v: v.weights.update(percent=1),
        lambda v: v.weights.all().delete(),
        lambda v: v.texts.create(language="zh-hans", title="题", prompt="题"),
        lambda v: v.role_families.clear(),
    ],
)
def test_published_version_never_changes(change):
    version = publish(VersionFactory())

    with pytest.raises(IntegrityError), transaction.atomic():
        change(version)


def test_published_version_can_retire():
    version = publish(VersionFactory())

    type(version).objects.filter(pk=version.pk).update(state="retired")

    version.refresh_from_db()
    assert version.state == "retired"


def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
