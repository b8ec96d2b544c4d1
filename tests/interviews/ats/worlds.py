"""A job that a connected system knows, and messages from there."""

import datetime as dt
import json
from dataclasses import dataclass

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from delivery.models import DurableJob
from delivery.services.jobs import run_job
from interviews.models import AtsConnection, AtsMessage, Job
from interviews.services import ats
from tests.factories import UserFactory
from tests.interviews.ats.signing import generic_headers, greenhouse_headers, message
from tests.interviews.worlds import World, small_world

JOBS = {"generic": "J-20", "greenhouse": "3200"}
STAGES = {"generic": "On-site", "greenhouse": "Face to Face"}
NAMES = {"generic": "generic_stage_reached", "greenhouse": "greenhouse_stage_change"}


@dataclass
class Connected:
    """A connection of one vendor whose job is ``world.job``; a loop is built at the stage its sample message names."""

    world: World
    admin: User
    connection: AtsConnection
    secret: str
    sent: int = 0

    def body(self, **changes) -> bytes:
        """The vendor's sample message; ``changes`` replace fields by dotted path, with ``__`` for the dots."""
        document = json.loads(message(NAMES[self.connection.vendor]))
        for path, value in changes.items():
            *parents, last = path.split("__")
            part = document
            for key in parents:
                part = part[key]
            part[last] = value
        return json.dumps(document).encode()

    def headers(self, body: bytes, **signed) -> dict[str, str]:
        if self.connection.vendor == "greenhouse":
            return greenhouse_headers(body, self.secret)
        return generic_headers(body, self.secret, **{"at": timezone.now()} | signed)

    def receive(self, body: bytes | None = None) -> AtsMessage:
        body = self.body() if body is None else body
        self.sent += 1
        headers = self.headers(body, message_id=f"msg_{self.sent}")
        return ats.receive(connection=self.connection, headers=headers, body=body, now=timezone.now())

    def use(self, body: bytes | None = None) -> AtsMessage:
        """Send a message and work it through."""
        return work_through(self.receive(body))


def work_through(it: AtsMessage) -> AtsMessage:
    for job in DurableJob.objects.filter(kind=ats.JOB_KIND, key__startswith=f"{ats.JOB_KIND}:{it.pk}:"):
        run_job(job_id=job.pk)
    it.refresh_from_db()
    return it


def connected_world(vendor: str = "generic", *, approved: bool = True, job: Job | None = None) -> Connected:
    world = small_world()
    if approved:
        world.approved()
    admin = UserFactory(roles=[Role.ADMIN])
    connection, secret = ats.create_connection(actor=admin, name="Our ATS", vendor=vendor, system="ats")
    ats.link_job(connection=connection, actor=admin, job=job or world.job, external_id=JOBS[vendor])
    ats.set_stage_rules(connection=connection, actor=admin, rules=[(STAGES[vendor].upper(), None)])
    return Connected(world, admin, connection, secret)


def ago(minutes: int) -> str:
    return (timezone.now() - dt.timedelta(minutes=minutes)).isoformat()
