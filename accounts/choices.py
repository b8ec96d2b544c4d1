"""Words with a fixed meaning about people."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do in the whole installation; being on a job or a panel comes on top."""

    ADMIN = "admin", _("Administrator")
    RECRUITER = "recruiter", _("Recruiter")
    HIRING_MANAGER = "hiring_manager", _("Hiring manager")
    INTERVIEWER = "interviewer", _("Interviewer")
    AUTHOR = "author", _("Question author")
    # A program: a recruiter of every job who also writes drafts, within the scopes of its token.
    API_CLIENT = "api_client", _("API client")


class Language(models.TextChoices):
    """Languages of the site and of question texts."""

    EN = "en", _("English")
    ZH_HANS = "zh-hans", _("Simplified Chinese")
