"""Pages that are for one person alone."""

from functools import wraps


def private_page(view):
    """Nobody between us and the person keeps a copy, and no address with a secret leaves the page.

    ``strict-origin`` and not ``no-referrer``: with the latter browsers send ``Origin: null`` and every form
    posted from the page would be taken for a forged one.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded
