"""Addresses of the status page by link and of the own space."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from . import (
    booking_views,
    decision_views,
    document_views,
    identity_views,
    lost_link_views,
    rating_views,
    sms_optin_views,
    views,
)


class ReferenceConverter(StringConverter):
    """The references that ``draw_case_reference`` creates: letters, digits and dashes, with at least one digit."""

    regex = "(?=[A-Za-z-]*[0-9])[A-Za-z0-9-]{3,24}"


register_converter(ReferenceConverter, "reference")

app_name = "space"
urlpatterns = [
    path("dossier/retrouver/", lost_link_views.lost_link, name="lost_link"),
    path("dossier/<secret:secret>/", views.status_show, name="status"),
    path("dossier/<secret:secret>/avancement/", views.status_progress, name="status_progress"),
    path("dossier/<secret:secret>/agenda.ics", booking_views.status_calendar, name="status_calendar"),
    path("dossier/<secret:secret>/photo.jpg", views.status_photo, name="status_photo"),
    path("dossier/<secret:secret>/repondre/", views.status_answer, name="status_answer"),
    path("dossier/<secret:secret>/rappel/", views.status_call, name="status_call"),
    path("dossier/<secret:secret>/retirer/", views.status_withdraw, name="status_withdraw"),
    path("dossier/<secret:secret>/confirmer/", views.status_confirm, name="status_confirm"),
    path("dossier/<secret:secret>/prolonger/", document_views.status_renew, name="status_renew"),
    path(
        "dossier/<secret:secret>/documents/<uuid:document_id>/",
        document_views.status_document,
        name="status_document",
    ),
    path(
        "dossier/<secret:secret>/documents/<uuid:document_id>/remettre/",
        document_views.status_share,
        name="status_share",
    ),
    path(
        "dossier/<secret:secret>/documents/<uuid:document_id>/remettre/<int:link_id>/",
        document_views.status_unshare,
        name="status_unshare",
    ),
    path(
        "dossier/<secret:secret>/reservations/<uuid:booking_id>/deplacer/",
        booking_views.status_move,
        name="status_move",
    ),
    path(
        "dossier/<secret:secret>/reservations/<uuid:booking_id>/annuler/",
        booking_views.status_cancel,
        name="status_cancel",
    ),
    path("dossier/<secret:secret>/fichiers/<uuid:file_id>/", views.status_file, name="status_file"),
    path(
        "dossier/<secret:secret>/decisions/<int:decision_id>/",
        decision_views.status_decision,
        name="status_decision",
    ),
    path("dossier/<secret:secret>/sms/", sms_optin_views.status_sms, name="status_sms"),
    path("dossier/<secret:secret>/satisfaction/", rating_views.status_rating, name="status_rating"),
    path("dossier/<secret:secret>/accord/", decision_views.status_consent, name="status_consent"),
    path("espace/", views.home, name="home"),
    path("espace/vous/", views.profile, name="profile"),
    path("espace/effacer/", views.erase, name="erase"),
    path("espace/identite/", identity_views.identity, name="identity"),
    path("espace/identite/lettre/", identity_views.request_posted_code, name="ask_for_code"),
    path("espace/identite/code/", identity_views.confirm_posted_code, name="type_code"),
    path("espace/identite/fournisseur/enlever/", identity_views.remove_provider, name="remove_provider"),
    path("espace/payer/", views.pay, name="pay"),
    path("espace/retrouver/", lost_link_views.claim, name="claim"),
    path("espace/rattacher/", views.join_case, name="join"),
    path("espace/donnees.json", views.export, name="export"),
    path("espace/donnees.pdf", views.export_pdf, name="export_pdf"),
    path("espace/<reference:reference>/", views.case_show, name="case"),
    path("espace/<reference:reference>/avancement/", views.case_progress, name="case_progress"),
    path("espace/<reference:reference>/agenda.ics", booking_views.case_calendar, name="case_calendar"),
    path("espace/<reference:reference>/photo.jpg", views.case_photo, name="case_photo"),
    path("espace/<reference:reference>/repondre/", views.case_answer, name="case_answer"),
    path("espace/<reference:reference>/rappel/", views.case_call, name="case_call"),
    path("espace/<reference:reference>/retirer/", views.case_withdraw, name="case_withdraw"),
    path("espace/<reference:reference>/confirmer/", views.case_confirm, name="case_confirm"),
    path("espace/<reference:reference>/prolonger/", document_views.case_renew, name="case_renew"),
    path(
        "espace/<reference:reference>/documents/<uuid:document_id>/",
        document_views.case_document,
        name="case_document",
    ),
    path(
        "espace/<reference:reference>/documents/<uuid:document_id>/remettre/",
        document_views.case_share,
        name="case_share",
    ),
    path(
        "espace/<reference:reference>/documents/<uuid:document_id>/remettre/<int:link_id>/",
        document_views.case_unshare,
        name="case_unshare",
    ),
    path(
        "espace/<reference:reference>/decisions/<int:decision_id>/",
        decision_views.case_decision,
        name="case_decision",
    ),
    path("espace/<reference:reference>/sms/", sms_optin_views.case_sms, name="case_sms"),
    path("espace/<reference:reference>/satisfaction/", rating_views.case_rating, name="case_rating"),
    path("espace/<reference:reference>/accord/", decision_views.case_consent, name="case_consent"),
    path(
        "espace/<reference:reference>/reservations/<uuid:booking_id>/deplacer/",
        booking_views.case_move,
        name="case_move",
    ),
    path(
        "espace/<reference:reference>/reservations/<uuid:booking_id>/annuler/",
        booking_views.case_cancel,
        name="case_cancel",
    ),
    path("espace/<reference:reference>/fichiers/<uuid:file_id>/", views.case_file, name="case_file"),
    path("dossier/<path:secret>/", lost_link_views.unknown_link, name="unknown_link"),  # copied incompletely
]
