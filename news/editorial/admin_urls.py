"""URLs of the editors' admin views."""

from django.urls import path

from . import views

app_name = "editing"

urlpatterns = [
    path("", views.FindingsReportView.as_view(), name="report"),
    path("<int:page_id>/publish/", views.ConfirmPublicationView.as_view(), name="before_publication"),
    path(
        "<int:page_id>/approve/<int:state_id>/", views.ConfirmApprovalView.as_view(), name="before_approval"
    ),
    path("<int:page_id>/translate/", views.ConfirmTranslationView.as_view(), name="before_translation"),
    path("reviews/", views.ReviewListView.as_view(), name="reviews"),
    path("<int:page_id>/review/", views.PageReviewView.as_view(), name="review"),
    path("<int:page_id>/share/", views.DraftLinksView.as_view(), name="share"),
]
