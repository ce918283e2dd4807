"""The project's addresses and, beside them, a view that does nothing."""

from django.http import HttpResponse
from django.urls import path

from mysite.urls import handler404, handler500, urlpatterns  # noqa: F401

urlpatterns = [path("bare/", lambda request: HttpResponse("bare")), *urlpatterns]
