from django.urls import path

from . import sending, subscribers

app_name = "newsletter_desk"
urlpatterns = [
    path("subscribers/import/", subscribers.import_file, name="import"),
    path("subscribers/export/", subscribers.export_file, name="export"),
    path("campaigns/<int:pk>/", sending.SendingView.as_view(), name="sending"),
    path("campaigns/<int:pk>/<slug:deed>/", sending.do, name="do"),
]
