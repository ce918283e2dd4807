"""Live server for browser tests, in the same process and on the same database in memory."""

from threading import Lock

from django.core.handlers.wsgi import WSGIHandler


class OneAtATime(WSGIHandler):
    """WSGI handler that answers one request at a time, and none while a test holds the lock.

    With SQLite in memory all threads share a connection, whose prepared statements are cached: two equal queries at the
    same time would share a statement and mix up their rows. Queries of a test and of a page that loads by itself would
    mix in the same way.
    """

    lock = Lock()

    def __call__(self, environ, start_response):
        with self.lock:
            return super().__call__(environ, start_response)
