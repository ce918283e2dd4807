"""URLs of the mailroom, under /admin/letters/."""

from django.urls import path

from . import views

app_name = "postroom"
urlpatterns = [
    path("", views.LettersView.as_view(), name="letters"),
    path("take/", views.take_batch, name="take"),
    path("batches/<int:pk>/", views.BatchView.as_view(), name="batch"),
    path("batches/<int:pk>/pdf/", views.batch_pdf, name="batch_pdf"),
    path("batches/<int:pk>/posted/", views.mark_posted, name="posted"),
    path("batches/<int:pk>/back/", views.put_back, name="back"),
    path("<uuid:pk>/", views.LetterView.as_view(), name="letter"),
    path("<uuid:pk>/pdf/", views.letter_pdf, name="letter_pdf"),
    path("<uuid:pk>/<slug:do>/", views.LetterView.as_view(), name="do"),
]
