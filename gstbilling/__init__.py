"""The Django project. The Celery application is loaded with it, so that any process can wake a worker."""

from worker import app as celery_app

__all__ = ["celery_app"]
