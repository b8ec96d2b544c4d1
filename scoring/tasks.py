"""What Celery calls."""

from celery import shared_task

from scoring.services import drift


@shared_task(name="scoring.request_drift_sweep")
def request_drift_sweep() -> None:
    drift.request_sweep()
