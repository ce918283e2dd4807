"""The authentication backend of identity providers.

Django stores the backend in each session and loads the user through it.
"""

from django.contrib.auth.backends import ModelBackend


class ProviderBackend(ModelBackend):
    """Sign-in through an identity provider at its highest level."""

    def authenticate(self, request, **credentials):
        """Reject every password: this backend only loads users."""

    def get_user(self, user_id):
        user = super().get_user(user_id)
        if user is not None:
            user.assured = True
        return user
