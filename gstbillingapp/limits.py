"""How often one may ask: a fixed window, counted in the cache."""

import math
import time

from django.core.cache import cache

WINDOW = 60  # seconds
# Requests in a window: ten a second for a whole minute. A page that polls makes two.
ALLOWED = 600


def seconds_to_wait(name: str, allowed: int = ALLOWED, window: int = WINDOW) -> int:
    """Count one request; 0 if it may pass, else the whole seconds until the window ends."""
    now = time.time()
    start = math.floor(now / window)
    key = f"limit:{name}:{start}"
    cache.add(key, 0, timeout=2 * window)
    try:
        count = cache.incr(key)
    except ValueError:  # evicted between the two lines: counting begins afresh
        return 0
    if count <= allowed:
        return 0
    return max(1, math.ceil((start + 1) * window - now))
