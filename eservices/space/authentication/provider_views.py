"""allauth's views to the identity provider and back, which handle any answer of the provider."""

import logging
from functools import wraps

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.openid_connect import views
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from .identity_provider import provider_error_response

logger = logging.getLogger(__name__)


def handle_provider_errors(view):
    """Wrap a view to report an unreachable or faulty provider to the user, who can sign in by code."""

    @wraps(view)
    def guarded(request, provider_id):
        try:
            return view(request, provider_id)
        except (RequestException, ValueError, KeyError, TypeError):
            logger.warning("The identity provider gave no answer that can be used", exc_info=True)
            try:
                provider_error_response(request)
            except ImmediateHttpResponse as answer:
                return answer.response

    return guarded


sign_in = require_POST(handle_provider_errors(views.login))
back = require_GET(handle_provider_errors(views.callback))
