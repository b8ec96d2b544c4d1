from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts import triggers


def fill_search(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Let the search know the questions that were there before it."""
    from questionbank.models import SearchEntry  # noqa: PLC0415 -- apps must be loaded first
    from questionbank.services.search import index_missing  # noqa: PLC0415 -- apps must be loaded first

    if using == "default" and SearchEntry._meta.db_table in connections[using].introspection.table_names():
        index_missing()


class QuestionbankConfig(AppConfig):
    name = "questionbank"
    verbose_name = _("Question bank")

    def ready(self) -> None:
        from delivery import archives  # noqa: PLC0415 -- apps must be loaded first
        from delivery.handlers import register  # noqa: PLC0415 -- likewise
        from questionbank import archived  # noqa: PLC0415 -- likewise
        from questionbank.services import import_jobs, search, uploads  # noqa: PLC0415 -- likewise
        from questionbank.triggers import TRIGGERS  # noqa: PLC0415 -- likewise

        triggers.TRIGGERS.extend(TRIGGERS)
        archives.register(archived.TABLES, left_out=archived.LEFT_OUT)
        archives.after_import(search.reindex_all)
        register(uploads.READ_KIND, import_jobs.read_upload)
        register(uploads.WRITE_KIND, import_jobs.write_upload)
        register(import_jobs.INDEX_KIND, import_jobs.index_written)
        post_migrate.connect(fill_search, sender=self)
