"""The project's addresses and a view that does nothing, as baseline."""

from django.http import HttpResponse
from django.urls import path

from mysite.urls import (
    handler404,  # noqa: F401
    handler500,  # noqa: F401
    urlpatterns,
)

urlpatterns = [path("bare/", lambda request: HttpResponse("bare")), *urlpatterns]
