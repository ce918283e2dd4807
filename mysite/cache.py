"""The cache of a site without Redis: files, which all its processes share."""

from random import randrange

from django.core.cache.backends.filebased import FileBasedCache

SELDOM = 100  # writings between two looks for room, on average


class FileCache(FileBasedCache):
    """Django's, which lists all its files before it writes one: with thousands, longer than the page took to make."""

    def _cull(self):
        if randrange(SELDOM) == 0:
            super()._cull()
