import time
from pathlib import Path
from uuid import uuid4

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.choices import Role
from accounts.services.people import add_person
from delivery.choices import DeliveryState, EventType
from delivery.models import WebhookDelivery
from delivery.services.events import record_event
from delivery.services.webhooks import create_endpoint

AT_ONCE = 10
# The queue of a folder is read as a whole for every message.
MOST_WAITING = 1_000


class Command(BaseCommand):
    help = "Make one endpoint, write its secret into a file, and let COUNT events happen."

    def add_arguments(self, parser):
        parser.add_argument("url")
        parser.add_argument("secret", type=Path)
        parser.add_argument("count", type=int)

    def handle(self, *, url, secret, count, **options):
        owner = add_person(email="boss@example.com", display_name="Boss", roles=[Role.ADMIN], actor=None)
        _endpoint, text = create_endpoint(owner=owner, actor=owner, url=url)
        secret.write_text(text)
        for begun in range(0, count, AT_ONCE):
            while WebhookDelivery.objects.filter(state=DeliveryState.WAITING).count() > MOST_WAITING:
                time.sleep(0.2)
            with transaction.atomic():
                for _ in range(min(AT_ONCE, count - begun)):
                    record_event(type=EventType.LOOP_BUILT, subject="loops", subject_id=uuid4())
