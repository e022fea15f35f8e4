"""ASGI entry point: pages and sockets."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gstbilling.settings")
pages = get_asgi_application()  # first: it loads the applications that the rest imports

from django.conf import settings  # noqa: E402

from delivery import alarms, ticker  # noqa: E402
from gstbillingapp.routing import sockets  # noqa: E402
from gstbillingapp.servers import (  # noqa: E402
    collect_less,
    pool_connections,
    raise_file_limit,
    teach_daphne,
)
from worker.schedule import JOBS_SECONDS, PRUNE_SECONDS, REMIND_SECONDS  # noqa: E402

raise_file_limit()
teach_daphne()
pool_connections()
application = ProtocolTypeRouter({"http": pages, "websocket": sockets})
if settings.REDIS_URL is None:
    ticker.start(
        {
            "gstbillingapp.remind": REMIND_SECONDS,
            "gstbillingapp.job": JOBS_SECONDS,  # goes on when its page is looked at; this, when it is not
            "gstbillingapp.paper": PRUNE_SECONDS,  # made when asked for; this removes the old ones
            "delivery.look": alarms.INTERVAL,
            "delivery.prune": PRUNE_SECONDS,
        }
    )
else:
    alarms.start()
collect_less()  # last: it counts what is loaded by now as permanent
