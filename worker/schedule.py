"""What beat sends, as data."""

SWEEP_SECONDS = 5.0
# How soon after its morning a reminder is posted. Asking is one look at what is done; an edge of a crontab,
# which a clock that jumps may miss, there is none.
REMIND_SECONDS = 600.0
# How often what nobody needs any more is removed: a little at a time is hardly noticed.
PRUNE_SECONDS = 600.0
# How soon a PDF is made whose wake-up was lost, or whose maker has died.
PAPERS_SECONDS = 10.0
# How soon an import goes on whose worker has died, once its lease has ended, and old files are removed.
JOBS_SECONDS = 10.0
# While no worker runs, messages must not pile up for days; and yet longer than two hosts' clocks ever differ,
# each of them an hour off.
EXPIRES = 10_800

SCHEDULE = {
    "sweep": {
        "task": "delivery.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": EXPIRES},
    },
    "prune": {
        "task": "delivery.prune",
        "schedule": PRUNE_SECONDS,
        "options": {"expires": EXPIRES},
    },
    "remind": {
        "task": "gstbillingapp.remind",
        "schedule": REMIND_SECONDS,
        "options": {"expires": EXPIRES},
    },
    "papers": {
        "task": "gstbillingapp.paper",
        "schedule": PAPERS_SECONDS,
        "options": {"expires": EXPIRES},
    },
    "jobs": {
        "task": "gstbillingapp.job",
        "schedule": JOBS_SECONDS,
        "options": {"expires": EXPIRES},
    },
}
