"""Pages for one person only."""

from functools import wraps


def private_page(view):
    """Wrap a view so that no cache stores its response and no address with a secret is sent as referrer.

    ``strict-origin`` and not ``no-referrer``: with the latter browsers send ``Origin: null``, and every form posted
    from the page would be refused as forged.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded
