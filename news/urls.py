from django.urls import include, path

from .agenda import urls as agenda
from .channels import urls as channels
from .directory import urls as directory
from .notices import urls as notices
from .proposals import urls as proposals
from .waste import urls as waste

app_name = "news"
urlpatterns = [path("", include(part)) for part in (notices, waste, directory, agenda, proposals, channels)]
