"""What Celery calls."""

from celery import shared_task

from accounts.services.idempotency import forget_old


@shared_task(name="accounts.forget_requests")
def forget_requests() -> None:
    forget_old()
