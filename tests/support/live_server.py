"""A server beside the test in the same process, on the same database in memory."""

from threading import Lock

from django.core.handlers.wsgi import WSGIHandler


class OneAtATime(WSGIHandler):
    """Answers one request after the other, and none while a test holds the lock.

    On SQLite in memory all threads have one connection, whose prepared statements are kept: two requests that ask the
    same at the same moment would share one, and get each other's rows. What a test does beside a page that asks by
    itself would mix with the answer just so.
    """

    lock = Lock()

    def __call__(self, environ, start_response):
        with self.lock:
            return super().__call__(environ, start_response)
