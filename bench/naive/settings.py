"""Settings of the naive pipeline: a small project of its own."""

from gstbilling import environment

SECRET_KEY = environment.env.str("SECRET_KEY", "bench-only")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": environment.database(debug=False)}
REDIS_URL = environment.env.str("REDIS_URL")
INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "channels",
    "bench.naive",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "bench.naive.urls"
ASGI_APPLICATION = "bench.naive.asgi.application"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
USE_TZ = True
TIME_ZONE = "Asia/Kolkata"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            # Not the defaults, because with them there would be nothing to measure: without the first every
            # idle socket ends after 5 s (channels_redis#422), with 100 connections it refuses sockets when
            # many come or go, and with a capacity of 100 it loses messages under load.
            "hosts": [{"address": REDIS_URL, "socket_timeout": None, "max_connections": 2_000}],
            "capacity": 100_000,
        },
    }
}
CELERY_BROKER_URL = environment.broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
