"""URLs of the form editor, below /admin/pages/services/."""

from django.urls import path

from . import views

app_name = "editor"
urlpatterns = [
    path("new/<int:index_pk>/", views.begin_service, name="begin"),
    path("<int:pk>/outline/", views.show_outline, name="outline"),
    path("<int:pk>/start/", views.start_form, name="start"),
    path("<int:pk>/undo/<int:revision_id>/", views.undo, name="undo"),
    path("<int:pk>/steps/", views.add_step, name="add_step"),
    path("<int:pk>/steps/<str:step_id>/", views.StepView.as_view(), name="step"),
    path("<int:pk>/steps/<str:step_id>/questions/", views.add_question, name="add_question"),
    path("<int:pk>/steps/<str:step_id>/blocks/", views.insert_block, name="insert_block"),
    path("<int:pk>/blocks/<str:block_id>/up/", views.move, {"by": -1}, name="up"),
    path("<int:pk>/blocks/<str:block_id>/down/", views.move, {"by": 1}, name="down"),
    path("<int:pk>/blocks/<str:block_id>/to/", views.move_to_step, name="move_to_step"),
    path("<int:pk>/blocks/<str:block_id>/copy/", views.copy, name="copy"),
    path("<int:pk>/blocks/<str:block_id>/remove/", views.remove, name="remove"),
]
