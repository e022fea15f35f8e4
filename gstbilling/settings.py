"""Settings: all of them from the environment (see `environment`), each number beside its reason."""

from datetime import timedelta

from csp.constants import NONE, SELF
from django.templatetags.static import static

from gstbilling import environment
from gstbillingapp.log_lines import expected

BASE_DIR = environment.BASE_DIR
VAR_DIR = environment.VAR_DIR

DEBUG = environment.flag("DEBUG", True)  # with loopback hosts only, unless ALLOWED_HOSTS says more
SECRET_KEY = environment.secret_key(DEBUG)
ALLOWED_HOSTS = environment.allowed_hosts(DEBUG)
TRUSTED_ORIGINS = environment.trusted_origins(DEBUG)
CSRF_TRUSTED_ORIGINS = TRUSTED_ORIGINS
DATABASES = {"default": environment.database(DEBUG)}
SOCKET_CONN_MAX_AGE = 60  # seconds that the two threads of sockets keep a connection; requests keep none
REDIS_URL = environment.redis_url(DEBUG)

INSTALLED_APPS = [
    "daphne",  # first: it brings the runserver that speaks WebSocket
    "unfold",  # before the admin, whose look it changes
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "django_celery_results",
    "servestatic",
    "delivery",
    "gstbillingapp",
]
MIDDLEWARE = [
    "gstbillingapp.request_ids.RequestIds",  # first: whatever the others log carries the id
    "gstbillingapp.probes.by_address",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "gstbillingapp.headers.Private",
    "gstbillingapp.problems.JsonProblems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gstbillingapp.sign_in.KnownBrowser",
    "axes.middleware.AxesMiddleware",
    "gstbillingapp.outage.DatabaseAway",
    "gstbillingapp.views.errors.PlainNotFound",  # last: it answers in place of the technical 404 page
]
ROOT_URLCONF = "gstbilling.urls"
ASGI_APPLICATION = "gstbilling.asgi.application"
WSGI_APPLICATION = "gstbilling.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gstbillingapp.context.business",
            ],
            "libraries": {"pipeline": "delivery.dashboard.tags"},  # of a package that is no application
        },
    },
]
FORM_RENDERER = "gstbillingapp.forms.rendering.Renderer"

# People
LANGUAGE_CODE = "en-in"
TIME_ZONE = "Asia/Kolkata"  # for people; storage is UTC
USE_I18N = True
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it turns away who guesses, before a password is looked at
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# The administration. Its colours are variables in our own style sheet: the ones that unfold would write into
# every page are an inline style, which the policy below refuses.
UNFOLD = {
    "SITE_TITLE": "GST Billing",
    "SITE_HEADER": "GST Billing",
    "SITE_SUBHEADER": "Administration",
    "SITE_ICON": lambda _request: static("img/favicon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/favicon.svg")}
    ],
    "STYLES": [lambda _request: static("css/admin.css")],
    "COLORS": lambda _request: {},
    "SHOW_VIEW_ON_SITE": False,
    "COMMAND": {"search_models": False, "show_history": False},
    "SIDEBAR": {"navigation": "gstbillingapp.admin_menu.menu"},
}

# Files that the browser loads: ours and, by lock file, Bootstrap's; all served from here.
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", BASE_DIR / "node_modules" / "bootstrap" / "dist"),
    ("vendor/bootstrap-icons", BASE_DIR / "node_modules" / "bootstrap-icons" / "font"),
    ("vendor/alpine", BASE_DIR / "node_modules" / "@alpinejs" / "csp" / "dist"),
    ("vendor/arimo", BASE_DIR / "node_modules" / "@fontsource" / "arimo" / "files"),
]
PAPER_FONTS = BASE_DIR / "node_modules" / "@fontsource"  # what PDFs are set in, by the same lock file
SERVESTATIC_USE_FINDERS = DEBUG
SERVESTATIC_AUTOREFRESH = DEBUG
if not DEBUG:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "gstbillingapp.static_files.ManifestStorage"},
    }

# Security
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # an invoice of 200 lines has 14 fields a line; Django allows 1,000
# Only imports take a file, one at a time. What is too large for them goes nowhere while it is read.
FILE_UPLOAD_HANDLERS = ["gstbillingapp.uploads.Bounded"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "gstbillingapp.views.csrf.failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's own marks are data: images
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
if not DEBUG:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    # Probes speak plain HTTP inside the network.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# Failures to sign in: counted in the database, so that a lock holds in every web process. The limits and the
# reasons for them are in gstbillingapp.sign_in.
PROXY_COUNT = environment.proxy_count(DEBUG)
AXES_HANDLER = "gstbillingapp.sign_in.Failures"
AXES_LOCKOUT_PARAMETERS = "gstbillingapp.sign_in.ways_of_counting"
AXES_FAILURE_LIMIT = 1
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_CLIENT_IP_CALLABLE = "gstbillingapp.limits.client_address"
AXES_LOCKOUT_CALLABLE = "gstbillingapp.views.accounts.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who goes on trying does not keep the owner out longer
AXES_DISABLE_ACCESS_LOG = True  # a row a sign-in for ever, which nobody asked for
AXES_ENABLE_ADMIN = False  # it would show our limits wrongly; axes_list_attempts shows the failures
AXES_VERBOSE = False
# Of what was typed only the name is kept, to count by, until it counts no more; and nothing is logged: people
# type their password into the field above it. Every field of a form that can fail here stands in this list.
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "csrfmiddlewaretoken",
    "next",
    "old_password",
    "new_password1",
    "new_password2",
]

# Counts requests for the rate limits; each process for itself, so a limit is per web process. A Redis that
# all share would put a wait for it into every request, and an outage of it into every page. These limits keep
# one person from swamping one process, for which its own count is enough. Where the exact number matters, in
# guessing passwords, it is the database that counts.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# The channel layer: between processes over Redis, inside one process without it.
CHANNEL_LAYERS = {
    "default": (
        {"BACKEND": "delivery.layer.RedisLayer", "CONFIG": {"hosts": [REDIS_URL]}}
        if REDIS_URL
        else {"BACKEND": "delivery.layer.OneProcessLayer"}
    )
}

# Celery: only wake-ups and the rare long task travel by it; the database is the queue.
CELERY_BROKER_URL = environment.broker_url(REDIS_URL)
CELERY_TASK_ALWAYS_EAGER = REDIS_URL is None
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # an outage may last: never give up
# The last of Celery's steps over Redis, 0 being the first: a worker takes up everything else that it was sent
# before a PDF, a letter or an import, or notifications would wait behind those of a thousand invoices issued
# at once.
CELERY_TASK_ROUTES = {
    "gstbillingapp.paper": {"priority": 9},
    "gstbillingapp.job": {"priority": 9},
    "delivery.post_letters": {"priority": 9},
}
# One connection attempt and no retry when publishing: a request waits for no broker (celery#4296: a single
# call with retry=True would overwrite these, so there is none).
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 0,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "visibility_timeout": 3600,
}
CELERY_BEAT_SCHEDULE_FILENAME = environment.beat_schedule()
# Unset, Celery would connect anew for every task: 414 against 535 rows/s. What it leaves open,
# `worker.database` looks after.
CELERY_DB_REUSE_MAX = 10_000

# Seconds that a mail server may take for a step: nobody waits for it, but the next look at the alarms does.
EMAIL_TIMEOUT = 10
globals().update(environment.email())
EMAIL_SUBJECT_PREFIX = "[GST Billing] "
DEFAULT_FROM_EMAIL = environment.env.str("DEFAULT_FROM_EMAIL", "billing@localhost")

METRICS_TOKEN = environment.metrics_token()

LOG_LEVEL = environment.choice("LOG_LEVEL", "INFO", environment.LOG_LEVELS)
LOG_FORMAT = environment.choice("LOG_FORMAT", "line", environment.LOG_FORMATS)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        # A line every five seconds, for each sweep, would drown everything else.
        "no sweeps": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: not str(record.msg).startswith("Scheduler: Sending"),
        },
        "expected": {"()": "django.utils.log.CallbackFilter", "callback": expected},
    },
    "formatters": {
        "line": {
            "()": "gstbillingapp.log_lines.OneLine",
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "gstbillingapp.log_lines.JsonLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["no sweeps", "expected"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},  # a page about each font that goes into a PDF
        "fpdf": {"level": "ERROR"},  # a letter that no font has is a box on the paper, which says enough
        "django": {
            "level": "INFO",
            "handlers": [],
        },  # its own handler would write every line again
        "django.server": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING", "handlers": ["console"], "propagate": False},
        "celery.app.trace": {"level": "WARNING"},  # a line a wake-up would drown everything else
        "celery.worker.strategy": {"level": "WARNING"},
        # Celery would write of its killed children in another form.
        "multiprocessing": {"level": "ERROR", "handlers": ["console"], "propagate": False},
        "uvicorn": {"level": "WARNING", "handlers": []},  # its own would write lines of another form
        "uvicorn.error": {"level": "WARNING"},
    },
}
