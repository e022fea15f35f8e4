"""What beat sends, as data."""

SWEEP_SECONDS = 5.0
# While no worker runs, sweeps must not pile up for days; and yet longer than two hosts' clocks ever differ.
EXPIRES = 7_200

SCHEDULE = {
    "sweep": {
        "task": "delivery.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": EXPIRES},
    },
}
