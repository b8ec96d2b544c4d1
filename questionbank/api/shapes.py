"""What questions and their versions have in common."""

from typing import Any

from rest_framework import serializers

from accounts.choices import Language
from accounts.rest.fields import Choice, Output, Ref, Text, Whole


class CompetencyShareOutput(serializers.Serializer[Any]):
    competency = Ref()
    percent = Whole()


class QuestionTextOutput(Output):
    language = Choice(choices=Language.choices)
    title = Text()
    prompt = Text()
    context = Text()  # type: ignore[assignment]  # a field, not the property
    reference_answer = Text(help_text="Markdown.")
    probes = serializers.ListField(child=Text())
    anchors = serializers.ListField(child=Text(), help_text="What levels 1 to 5 look like.")
