import re
from pathlib import Path

import pytest
from django.conf import settings

from accounts.choices import Role
from config.api import RESOURCES
from delivery.api.events import FEED_TYPES
from delivery.services import deliveries, webhooks
from tests.factories import UserFactory

TEXT = Path(settings.BASE_DIR, "docs", "webhooks.md").read_text()


@pytest.mark.django_db
def test_example_of_the_document_takes_what_is_sent_once_and_refuses_the_rest(monkeypatch):
    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    owner = UserFactory(roles=[Role.ADMIN])
    endpoint, secret = webhooks.create_endpoint(owner=owner, actor=owner, url="https://hooks.example.com/")
    example: dict = {}
    exec(compile(code, "docs/webhooks.md", "exec"), example)  # noqa: S102 -- our own document
    example["SECRET"] = secret
    answers = []

    def post(url, *, content, headers, allowed):
        answers.append(example["receive"](headers.items(), content))
        answers.append(example["receive"](headers.items(), content + b" "))
        return deliveries.outbound.Answer(answers[-2])

    monkeypatch.setattr(deliveries.outbound, "post", post)
    delivery = webhooks.send_test(endpoint=endpoint, actor=owner)
    for _ in range(2):
        deliveries.send(endpoint, delivery.event, now=delivery.created_at)
    assert answers == [204, 401, 204, 401]
    assert example["seen"] == {str(delivery.event_id)}


def test_every_type_that_can_be_chosen_is_told_of():
    rows = re.findall(r"^\| `([a-z.]+)` \| `([a-z-]+)`", TEXT, re.MULTILINE)
    [later] = re.findall(r"not sent yet: (.*?)\n\n", TEXT, re.DOTALL)
    told = {name for name, _subject in rows} - {"webhook.tested"} | set(re.findall(r"`([a-z.]+)`", later))
    assert told == {name for name, _label in FEED_TYPES}


def test_subjects_are_nouns_of_the_api():
    subjects = set(re.findall(r"^\| `[a-z.]+` \| `([a-z-]+)`", TEXT, re.MULTILINE))
    assert subjects <= {resource.noun for resource in RESOURCES}


def test_figures_are_those_of_the_code():
    pauses = [f"{int(it.total_seconds() // 3600)} h" for it in deliveries.PAUSES[3:]]
    assert f"{', '.join([f'5 s, 5 min, 30 min, {pauses[0]}', *pauses[1:-1]])} and {pauses[-1]}" in " ".join(
        TEXT.split()
    )
    assert f"at most {webhooks.MOST_REPLAYED:,} at once" in TEXT
