"""URLs of the agents' desk, under /admin/cases/."""

from django.urls import path, re_path

from .desk import counter_views, team_views
from .desk.case import correction_views, file_views, receipt_views, stage_views, tag_views
from .desk.case import views as case_views
from .desk.case_queue import bulk_views
from .desk.case_queue import views as case_queue_views
from .metrics import views as metrics_views

app_name = "cases"
urlpatterns = [
    path("", case_queue_views.QueueView.as_view(), name="queue"),
    path("counter/", counter_views.CounterView.as_view(), name="counter"),
    path("next/", case_queue_views.take_next, name="next"),
    path("several/assign/", bulk_views.assign_several, name="assign_several"),
    path("several/tag/", bulk_views.tag_several, name="tag_several"),
    path("several/remind/", bulk_views.remind_several, name="remind_several"),
    path("several/decide/", bulk_views.BulkDecisionView.as_view(), name="decide_several"),
    path("views/", case_queue_views.save_view, name="save_view"),
    path("views/<int:pk>/drop/", case_queue_views.delete_view, name="drop_view"),
    path("layout/", case_queue_views.save_layout, name="lay_out"),
    re_path(r"^export\.(?P<kind>csv|xlsx)$", case_queue_views.export_queue, name="export"),
    path("figures/", metrics_views.FiguresView.as_view(), name="figures"),
    path("figures/csv/", metrics_views.export_csv, name="figures_csv"),
    path("teams/", team_views.TeamsView.as_view(), name="teams"),
    path("teams/<slug:key>/", team_views.TeamView.as_view(), name="team"),
    path("teams/<slug:key>/<slug:do>/", team_views.TeamView.as_view(), name="team_do"),
    path("<slug:reference>/", case_views.CaseView.as_view(), name="case"),
    path("<slug:reference>/files/<uuid:file_id>/", file_views.download_file, name="file"),
    path("<slug:reference>/files/<uuid:file_id>/view/", file_views.FileView.as_view(), name="file_view"),
    path("<slug:reference>/files/<uuid:file_id>/preview/", file_views.preview_file, name="preview"),
    path("<slug:reference>/receipt/", receipt_views.ReceiptView.as_view(), name="receipt"),
    path("<slug:reference>/answers/<slug:key>/", correction_views.CorrectionView.as_view(), name="amend"),
    path("<slug:reference>/stages/<slug:stage>/", stage_views.StageTaskView.as_view(), name="stage"),
    path("<slug:reference>/tags/", tag_views.add_tag, name="tag"),
    path("<slug:reference>/tags/<int:pk>/off/", tag_views.remove_tag, name="untag"),
    path("<slug:reference>/<slug:do>/", case_views.CaseView.as_view(), name="do"),
]
