"""What Celery calls. Messages carry ids only."""

from uuid import UUID

from celery import shared_task

from delivery.services import company_exports, deliveries, events
from delivery.services import jobs as services


@shared_task(name="delivery.run_job")
def run_job(job_id: str) -> None:
    services.run_job(job_id=UUID(job_id))


@shared_task(name="delivery.run_long_job", time_limit=3600)
def run_long_job(job_id: str) -> None:
    services.run_job(job_id=UUID(job_id))


@shared_task(name="delivery.ring_due_jobs")
def ring_due_jobs() -> None:
    services.ring_due()


@shared_task(name="delivery.publish_events")
def publish_events() -> None:
    events.publish_events()


@shared_task(name="delivery.deliver_due")
def deliver_due() -> None:
    deliveries.deliver_due()


@shared_task(name="delivery.tidy_webhooks")
def tidy_webhooks() -> None:
    deliveries.tidy()


@shared_task(name="delivery.remove_expired_exports")
def remove_expired_exports() -> None:
    company_exports.remove_expired()
