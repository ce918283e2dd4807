"""The agents' desk, under /admin/cases/."""

from django.urls import path, re_path

from . import (
    answer_views,
    bulk_views,
    case_views,
    counter_views,
    figures_views,
    file_views,
    queue_views,
    receipt_views,
    stage_views,
    tag_views,
    team_views,
)

app_name = "cases"
urlpatterns = [
    path("", queue_views.QueueView.as_view(), name="queue"),
    path("counter/", counter_views.CounterView.as_view(), name="counter"),
    path("next/", queue_views.take_next, name="next"),
    path("several/assign/", bulk_views.assign, name="assign_several"),
    path("several/tag/", bulk_views.tag, name="tag_several"),
    path("several/remind/", bulk_views.remind, name="remind_several"),
    path("several/decide/", bulk_views.DecideView.as_view(), name="decide_several"),
    path("views/", queue_views.save_view, name="save_view"),
    path("views/<int:pk>/drop/", queue_views.drop_view, name="drop_view"),
    path("layout/", queue_views.lay_out, name="lay_out"),
    re_path(r"^export\.(?P<kind>csv|xlsx)$", queue_views.export, name="export"),
    path("figures/", figures_views.FiguresView.as_view(), name="figures"),
    path("figures/csv/", figures_views.as_csv, name="figures_csv"),
    path("teams/", team_views.TeamsView.as_view(), name="teams"),
    path("teams/<slug:key>/", team_views.TeamView.as_view(), name="team"),
    path("teams/<slug:key>/<slug:do>/", team_views.TeamView.as_view(), name="team_do"),
    path("<slug:reference>/", case_views.CaseView.as_view(), name="case"),
    path("<slug:reference>/files/<uuid:file_id>/", file_views.file, name="file"),
    path("<slug:reference>/files/<uuid:file_id>/view/", file_views.FileView.as_view(), name="file_view"),
    path("<slug:reference>/files/<uuid:file_id>/preview/", file_views.preview, name="preview"),
    path("<slug:reference>/receipt/", receipt_views.ReceiptView.as_view(), name="receipt"),
    path("<slug:reference>/answers/<slug:key>/", answer_views.AmendView.as_view(), name="amend"),
    path("<slug:reference>/stages/<slug:stage>/", stage_views.StageView.as_view(), name="stage"),
    path("<slug:reference>/tags/", tag_views.tag, name="tag"),
    path("<slug:reference>/tags/<int:pk>/off/", tag_views.untag, name="untag"),
    path("<slug:reference>/<slug:do>/", case_views.CaseView.as_view(), name="do"),
]
