from django.urls import include, path

from .notices import urls as notices
from .waste import urls as waste

app_name = "news"
urlpatterns = [path("", include(notices)), path("", include(waste))]
