from django.urls import path

from .comments import admin_views as comments
from .consultations import admin_views as consultations
from .moderation import admin_views as moderation
from .page_feedback import admin_views as useful
from .surveys import admin_views as surveys

app_name = "participation_desk"
urlpatterns = [
    path("", moderation.WaitingView.as_view(), name="waiting"),
    path("publish/", moderation.publish, name="publish"),
    path("refuse/<slug:kind>/<int:pk>/", moderation.refuse, name="refuse"),
    path("contributions/", consultations.ContributionsView.as_view(), name="contributions"),
    path("contributions/csv/", consultations.export_csv, name="contributions_csv"),
    path("contributions/<int:pk>/", consultations.ContributionView.as_view(), name="contribution"),
    path("pages/", useful.FeedbackReportView.as_view(), name="useful"),
    path("pages/csv/", useful.as_csv, name="useful_csv"),
    path("pages/<int:pk>/", useful.PageFeedbackView.as_view(), name="useful_page"),
    path("surveys/", surveys.SurveysView.as_view(), name="surveys"),
    path("surveys/<int:pk>/", surveys.SurveyView.as_view(), name="survey"),
    path("surveys/<int:pk>/csv/", surveys.as_csv, name="survey_csv"),
    path("comments/", comments.CommentsView.as_view(), name="comments"),
    path("comments/<int:pk>/reply/", comments.reply, name="reply"),
]
