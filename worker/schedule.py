"""What beat sends, as data."""

SWEEP_SECONDS = 5.0

SCHEDULE = {
    "sweep": {
        "task": "delivery.sweep",
        "schedule": SWEEP_SECONDS,
        # While no worker runs, sweeps must not pile up: one that waited longer than the next is pointless.
        "options": {"expires": SWEEP_SECONDS},
    },
}
