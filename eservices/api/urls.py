from django.urls import path, re_path

from .documentation import show_documentation, unknown_address
from .endpoints import api

urlpatterns = [
    path("api/v1/", show_documentation, name="api_documentation"),
    path("api/v1/", api.urls),
    # Before the pages, which would lead on to the same address with a slash.
    re_path("^api/", unknown_address),
]
