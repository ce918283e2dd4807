"""Published files, for an object storage that browsers do not reach themselves."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.utils.csp import CSP
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

MONTH = 30 * 24 * 60 * 60  # seconds; a changed picture has another name
# An SVG may have styles and nothing else, as in deploy/nginx.
POLICY = {"default-src": [CSP.NONE], "style-src": [CSP.UNSAFE_INLINE], "sandbox": True}


@require_safe
@cache_control(public=True, max_age=MONTH, immutable=True)
def public_file(request: HttpRequest, path: str) -> FileResponse:
    """Return a file whose address shows that it is public: ``urls.PUBLIC_FILES``."""
    try:
        content = default_storage.open(path)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content)
    response._csp_config = POLICY
    return response
