"""Real servers and real worker processes for tests, each with its own port, folder and database.

Fixtures (registered by tests/conftest.py, so a test only names them):

``redis_server``
    A running Redis on a unix socket with an append-only file. Embedded Valkey by default; ask for
    others with ``@pytest.mark.parametrize("redis_server", ["valkey", "redis"], indirect=True)``
    ("redis" is the system's redis-server). See `tests.support.redis_server.RedisServer`: ``url``,
    ``client()``, ``stop()``, ``start()``, ``kill()``, ``pause()``, ``resume()``, ``flush()``,
    ``lose_file()``.
    Started again, it has the same address and what its file kept.

``live_database``
    A fresh, migrated database that other processes can open, and that this test's own ORM uses too
    (no ``db`` fixture beside it). SQLite or PostgreSQL, as DATABASE_URL says; ``live_database.url``.
    ``@pytest.mark.parametrize("live_database", ["migrated", "demo"], indirect=True)`` chooses
    whether the demo business is in it; "migrated" is the default.

``postgres``
    A PostgreSQL for the whole session, whatever DATABASE_URL says: ``postgres.create_database()``
    gives the URL of a new, empty one.

``stack``
    ``live_database`` + ``redis_server`` + web (uvicorn), worker (prefork) and beat, started and
    answering. ``@pytest.mark.parametrize("stack", ["daphne"], indirect=True)`` takes daphne for the
    web process. ``redis_server`` and ``live_database`` may be parametrized beside it. See
    `tests.support.stack.Stack`::

        stack.url                          # http://127.0.0.1:PORT
        stack.environment                  # what its processes run with
        stack.redis                        # the RedisServer
        stack.kill("worker")               # -9, its children with it
        stack.terminate("worker")          # SIGTERM, and waits for the end
        stack.start("worker")              # again, and waits until it is ready
        stack.start("worker", wait=False)
        stack.start("worker-2")            # one more worker; "web-2", "beat-2" likewise
        stack.process("worker").pid, .log(), .wait_for_line("ready")
        stack.manage("notify", "demo", "Title", "Message")   # -> its standard output
        stack.python("from ... import ...")                  # a script with Django set up -> output
        stack.posting()                    # with-block: notifications created in THIS process go to
                                           # the stack's broker, as they do from a web process
        client = stack.sign_in("demo", "gst-demo")           # tests.support.browserless.Client
        client.get("/notifications/api/count/").json()
        client.post("/notifications/7/read/", {})            # CSRF token taken care of
        with client.socket() as socket:                      # an open WebSocket
            socket.receive("unread_count", timeout=5)        # next frame of that type, as a dict

``shared_stack``
    The same with the demo business in it, once for all tests of a module: each brings its own people and
    leaves the processes working for the next.

``daphne``
    One more web process on the database and Redis of ``shared_stack``, served by daphne: ``daphne.url``.

``wait_until(predicate, timeout)``
    Polls every 20 ms and returns the first true value; raises with what was last seen.

The last lines of every process's log are shown when a test fails. Everything is ended, with its
children, however a test ends.
"""

from tests.support.waiting import wait_until

__all__ = ["wait_until"]
