"""Document stores, each with one fault: folders, and WebDAV servers behind a proxy that spoils their answers."""

from base64 import b64encode
from io import BytesIO
from itertools import islice
from urllib.parse import unquote

from eservices.connectors.contrib.folder import FolderStore
from eservices.connectors.document_store import CHUNK


# -- Folders -----------------------------------------------------------------------------------------------------
class ClaimsTwice(FolderStore):
    def claim(self, folder):
        super().claim(folder)
        return True


class CutsFilesOff(FolderStore):
    def write(self, path, chunks, size):
        super().write(path, islice(chunks, 1) if size > CHUNK else chunks, size)


class KeepsHalfFiles(FolderStore):
    def write(self, path, chunks, size):
        with open(self.root / path, "wb") as file:
            file.writelines(chunks)


class SkipsEmptyFiles(FolderStore):
    def write(self, path, chunks, size):
        if size:
            super().write(path, chunks, size)


# -- WebDAV ------------------------------------------------------------------------------------------------------
class WebDavProxy:
    """A WSGI application in front of a WebDAV server. Subclasses change a request or the status of its answer."""

    def __init__(self, server):
        self.server = server

    def __call__(self, environ, start_response):
        self.spoil(environ)

        def start(status, headers, *more):
            return start_response(self.status_for(environ, status), headers, *more)

        return self.server(environ, start)

    def spoil(self, environ):
        """Change a request before the server reads it."""

    def status_for(self, environ, status):
        """Return the status line that the client gets."""
        return status


class ServesAReadOnlyRoot(WebDavProxy):
    def spoil(self, environ):
        if environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].count("/") == 1:
            environ["REQUEST_METHOD"] = "TRACE"  # which the server refuses


class TakesAnyPassword(WebDavProxy):
    def spoil(self, environ):
        known = b64encode("ged:schlüssel".encode()).decode()
        environ["HTTP_AUTHORIZATION"] = f"Basic {known}"


class CreatesTwice(WebDavProxy):
    def status_for(self, environ, status):
        return "201 Created" if environ["REQUEST_METHOD"] == "MKCOL" and status[:3] == "405" else status


class MovesToPlainNames(WebDavProxy):
    def spoil(self, environ):
        if target := environ.get("HTTP_DESTINATION"):
            environ["HTTP_DESTINATION"] = unquote(target).encode("ascii", "ignore").decode().replace(" ", "_")


class StoresOneMegabyte(WebDavProxy):
    def spoil(self, environ):
        size = int(environ.get("CONTENT_LENGTH") or 0)
        if environ["REQUEST_METHOD"] == "PUT" and size > 1_000_000:
            content = environ["wsgi.input"].read(size)
            environ |= {"wsgi.input": BytesIO(content[:1_000_000]), "CONTENT_LENGTH": "1000000"}


class NeverOverwrites(WebDavProxy):
    def spoil(self, environ):
        environ["HTTP_OVERWRITE"] = "F"


class ShowsAPageForMissingFiles(WebDavProxy):
    def status_for(self, environ, status):
        return "200 OK" if environ["REQUEST_METHOD"] == "GET" and status[:3] == "404" else status
