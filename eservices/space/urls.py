from django.http import HttpResponse
from django.urls import path

app_name = "space"
urlpatterns = [path("espace/", lambda request: HttpResponse(request.user.email), name="home")]
