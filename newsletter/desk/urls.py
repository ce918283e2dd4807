from django.urls import path

from . import sending, subscribers

app_name = "newsletter_desk"
# Below the lists that they belong to: their entry of the menu is marked.
urlpatterns = [
    path("subscribers/import/", subscribers.import_file, name="import"),
    path("subscribers/export/", subscribers.export_file, name="export"),
    path("snippets/newsletter/campaign/sending/<int:pk>/", sending.SendingView.as_view(), name="sending"),
    path("snippets/newsletter/campaign/sending/<int:pk>/<slug:deed>/", sending.do, name="do"),
]
