"""All addresses of the site. The default language is at the root, other languages under their prefix.

Some depend on the settings of the commune: ``build_urlpatterns`` is called again by a process that becomes a commune's.
"""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from eservices.space.authentication.sign_in import return_after_sign_in, staff_sign_in
from home.admin.language import with_staff_language
from home.links.url_translation import translate_patterns
from home.translation.permissions import of_own_texts
from home.views import open_by_password
from home.views import serve as serve_page
from news.editorial.views import ApprovalDecisionView, shared_draft

from .demo import map_tiles
from .health import health_view
from .monitoring.service_status import service_status
from .object_storage.views import public_file
from .security_contact import security_txt

# Without documents, whose view checks access. Pages show renditions, never the originals.
PUBLIC_FILES = r"^media/(?!documents/|original_images/|wagtail_uploads/|.*\.\./)(?P<path>\w.+)$"

handler404 = "mysite.views.page_not_found"
handler500 = "mysite.views.server_error"

# One namespace for the apps of news.
news_urls = [
    path("", include(part))
    for part in (
        "news.official_notices.urls",
        "news.waste.urls",
        "news.directory.urls",
        "news.agenda.urls",
        "news.proposals.urls",
        "news.channels.urls",
    )
]

admin_urls = [
    # Before Wagtail's view, which shows no message to the approver.
    path(
        "pages/workflow/action/<int:page_id>/<slug:action_name>/<int:task_state_id>/",
        require_admin_access(ApprovalDecisionView.as_view()),
    ),
    path("login/", staff_sign_in),  # before Wagtail's view, which has no second factor
    *wagtailadmin_urls.urlpatterns,
]

own_urls = [
    path("health/", health_view, name="health"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path(
        "admin/",
        include(
            decorate_urlpatterns(
                admin_urls, lambda view: with_staff_language(return_after_sign_in(of_own_texts(view)))
            )
        ),
    ),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("eservices.api.urls")),
    path("", include("eservices.catalogue.urls")),
    path("", include("eservices.formbuilder.urls")),
    path("", include("eservices.payments.webhook_urls")),
    path("", include("eservices.connectors.transmissions.webhook_urls")),
    path("", include("newsletter.webhook_urls")),
    path("", include("news.channels.webhook_urls")),
    # The same address in every language, because it is registered at the identity provider.
    path("compte/", include("eservices.space.authentication.provider_urls")),
]

demo_urls = [
    path("demo/", include("eservices.deliveries.urls")),
    path("demo/plan/<int:z>/<int:x>/<int:y>.svg", map_tiles.map_tile),
]

without_language = [path("brouillon/<str:secret>/", shared_draft, name="shared_draft")]

for_people = [
    path("demande/", include("eservices.submissions.urls")),  # first: a request takes fourteen pages
    path("", include("home.urls")),
    path("", include((news_urls, "news"))),
    path("participation/", include("news.participation.urls")),
    path("", include("eservices.documents.urls")),
    path("", include("eservices.payments.urls")),
    path("", include("eservices.cases.urls")),
    path("", include("eservices.bookings.waiting_list.urls")),
    path("", include("eservices.reports.urls")),
    path("", include("eservices.bookings.public.urls")),
    path("", include("eservices.space.urls")),
    path("compte/", include("eservices.space.authentication.account_urls")),
    path("infolettre/", include("newsletter.urls")),
    path("", include("eservices.usage.urls")),
    path("etat/", service_status, name="service_status"),
]

page_urls = [
    # Before the pages, whose pattern matches it too.
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        open_by_password,
        name="wagtailcore_authenticate_with_password",
    ),
    re_path(wagtail_urls.serve_pattern, serve_page, name="wagtail_serve"),
    path("", include(wagtail_urls)),
]


def build_urls_by_settings() -> list[URLPattern | URLResolver]:
    """Return the addresses that only some communes have."""
    by_settings: list[URLPattern | URLResolver] = []
    if settings.ANYMAIL["WEBHOOK_SECRET"]:  # without a secret, anybody could report bounces
        by_settings.append(path("courrier/", include("anymail.urls")))
    if settings.MEDIA_THROUGH_SITE:
        by_settings.append(re_path(PUBLIC_FILES, public_file))
    if settings.DEMO:
        # In production a web server or an object store serves the public files.
        media = re_path(PUBLIC_FILES, serve, {"document_root": settings.MEDIA_ROOT})
        by_settings += [*demo_urls, media]
    return by_settings


def build_urlpatterns() -> list[URLPattern | URLResolver]:
    """Return all addresses, by the settings of the commune."""
    return [
        *own_urls,
        *translate_patterns(without_language),
        *build_urls_by_settings(),
        *i18n_patterns(*translate_patterns(for_people), *page_urls, prefix_default_language=False),
    ]


urlpatterns = build_urlpatterns()
