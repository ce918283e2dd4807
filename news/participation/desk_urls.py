from django.urls import path

from .useful import desk as useful

app_name = "participation_desk"
urlpatterns = [
    path("pages/", useful.UsefulView.as_view(), name="useful"),
    path("pages/csv/", useful.as_csv, name="useful_csv"),
    path("pages/<int:pk>/", useful.OfPageView.as_view(), name="useful_page"),
]
