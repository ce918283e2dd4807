from django.urls import path

from . import sending, subscriber_files

app_name = "newsletter_desk"
# Below the addresses of their lists, so that the menu marks the right entry.
urlpatterns = [
    path("subscribers/import/", subscriber_files.import_file, name="import"),
    path("subscribers/export/", subscriber_files.export_file, name="export"),
    path("snippets/newsletter/campaign/sending/<int:pk>/", sending.SendingView.as_view(), name="sending"),
    path(
        "snippets/newsletter/campaign/sending/<int:pk>/<slug:deed>/", sending.run_campaign_action, name="do"
    ),
]
