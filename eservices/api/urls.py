from django.urls import path, re_path

from .api import api
from .documentation import documentation, unknown_address

urlpatterns = [
    path("api/v1/", documentation, name="api_documentation"),
    path("api/v1/", api.urls),
    # Before the pages, which would lead on to the same address with a slash.
    re_path("^api/", unknown_address),
]
