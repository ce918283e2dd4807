"""Every address of the site. The commune's first language stands at the root, others under their prefix."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from editing.views import DecisionView, shared_draft
from eservices.space.sign_in import led_back, staff_sign_in
from home.addresses import in_first_language
from home.admin_language import in_language_of_staff
from home.translating.rights import of_own_texts
from home.views import open_by_password
from home.views import serve as serve_page

from .demo import plan
from .health import health

# But for documents: their own view knows who may read them. Pages show renditions, never the originals.
PUBLIC_FILES = r"^media/(?!documents/|original_images/|wagtail_uploads/|.*\.\./)(?P<path>\w.+)$"

handler404 = "mysite.views.page_not_found"
handler500 = "mysite.views.server_error"

admin_urls = [
    # Before Wagtail's own, which says nothing to who decided.
    path(
        "pages/workflow/action/<int:page_id>/<slug:action_name>/<int:task_state_id>/",
        require_admin_access(DecisionView.as_view()),
    ),
    path("login/", staff_sign_in),  # before Wagtail's own, which knows of no second factor
    *wagtailadmin_urls.urlpatterns,
]

urlpatterns = [
    path("health/", health, name="health"),
    path(
        "admin/",
        include(
            decorate_urlpatterns(admin_urls, lambda view: in_language_of_staff(led_back(of_own_texts(view))))
        ),
    ),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("eservices.catalogue.urls")),
    path("", include("eservices.payments.webhook_urls")),
    path("", include("newsletter.webhook_urls")),
    *in_first_language([path("brouillon/<str:secret>/", shared_draft, name="shared_draft")]),
    path("", include("news.channels.webhook_urls")),
    # One address in every language: the identity provider knows it.
    path("compte/", include("eservices.space.provider_urls")),
]

if settings.DEMO:
    urlpatterns += [
        path("demo/", include("eservices.deliveries.urls")),
        path("demo/plan/<int:z>/<int:x>/<int:y>.svg", plan.tile),
        # In production a web server or an object store serves the public files.
        re_path(PUBLIC_FILES, serve, {"document_root": settings.MEDIA_ROOT}),
    ]

for_people = [
    path("", include("home.urls")),
    path("", include("news.urls")),
    path("participation/", include("news.participation.urls")),
    path("", include("eservices.documents.urls")),
    path("", include("eservices.payments.urls")),
    path("", include("eservices.cases.public_urls")),
    path("", include("eservices.bookings.waiting_urls")),
    path("", include("eservices.reports.urls")),
    path("", include("eservices.bookings.public_urls")),
    path("", include("eservices.space.urls")),
    path("compte/", include("eservices.space.account_urls")),
    path("demande/", include("eservices.submissions.urls")),
    path("infolettre/", include("newsletter.urls")),
]

urlpatterns += i18n_patterns(
    *in_first_language(for_people),
    # Before the pages, whose pattern fits it too.
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        open_by_password,
        name="wagtailcore_authenticate_with_password",
    ),
    re_path(wagtail_urls.serve_pattern, serve_page, name="wagtail_serve"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
