"""The editors' screens."""

from django.urls import path

from . import views

app_name = "editing"

urlpatterns = [
    path("", views.ReportView.as_view(), name="report"),
    path("<int:page_id>/publish/", views.BeforePublicationView.as_view(), name="before_publication"),
    path("<int:page_id>/approve/<int:state_id>/", views.BeforeApprovalView.as_view(), name="before_approval"),
    path("<int:page_id>/translate/", views.BeforeTranslationView.as_view(), name="before_translation"),
    path("reviews/", views.ReviewsView.as_view(), name="reviews"),
    path("<int:page_id>/review/", views.ReviewView.as_view(), name="review"),
    path("<int:page_id>/share/", views.ShareView.as_view(), name="share"),
]
