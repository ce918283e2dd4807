"""Settings shared by all environments. The operator sets values in environment variables: docs/settings.md."""

from base64 import b64encode
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from django.utils.csp import CSP

from . import environment as env
from . import object_storage

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = env.read_folder("COMMUNE_VAR", BASE_DIR / "var")  # all files that the running system writes

INSTALLED_APPS = [
    "mysite.apps.MySiteConfig",
    "mysite.backups",
    "mysite.privacy",
    "mysite.site_import",
    "eservices.api",
    "eservices.space",
    "news.participation",
    "news.articles",
    "news.council",
    "news.library",
    "news.official_notices",
    "news.vacancies",
    "news.waste",
    "news.agenda",
    "news.directory",
    "news.proposals",
    "news.channels",
    "newsletter",
    "eservices.usage",
    "eservices.catalogue",
    "eservices.imports",
    "eservices.connectors.accounting",
    "eservices.connectors.transmissions",
    "eservices.connectors.webhooks",
    "eservices.connectors",
    "eservices.reports",
    "eservices.bookings",
    "eservices.payments",
    "eservices.documents",
    "eservices.register",
    "eservices.cases",
    "eservices.submissions",
    "eservices.formbuilder",
    "news.editorial",
    "eservices.deliveries",
    "home.bundles",
    "home.alerts",
    "home",
    "eservices.accounts",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "eservices.accounts.apps.StaffConfig",  # wagtail.users
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks_db",
    "django_countries",  # the names of countries
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "mysite.middleware.BrowserPolicyMiddleware",
    "mysite.monitoring.middleware.MonitoringMiddleware",
    "eservices.api.middleware.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "home.page_cache.middleware.PageCacheMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "eservices.space.authentication.second_factor.SecondFactorMiddleware",
    "eservices.space.authentication.session_lifetime.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "mysite.middleware.AdminPolicyMiddleware",
    "mysite.middleware.PostOnlyPageMiddleware",
    "home.admin.paste_cleaning.PastedTextMiddleware",
    "home.admin.errors.AdminErrorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "news.editorial.redirects.LoopSafeRedirectMiddleware",
]

ROOT_URLCONF = "mysite.urls"
WSGI_APPLICATION = "mysite.wsgi.application"
FORCE_SCRIPT_NAME = ""  # the site is at the root, whatever headers and variables say

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "home.context_processors.commune_settings",
            ],
            "builtins": ["home.templatetags.commune"],
        },
    },
]

# -- Data ----------------------------------------------------------------------------------------------------
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": VAR_DIR / "commune.sqlite3",
    # With a web process and a worker, writers wait for each other instead of failing with "database is locked".
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "cached_statements": 2000,  # 128 by default, fewer than one page has: each would be compiled anew
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
}
DATABASES = {"default": env.read_database("DATABASE_URL") or SQLITE}
# The server itself, if DATABASE_URL leads through a pooler in transaction mode, where no cursor outlives a transaction.
DATABASE_DIRECT = env.read_direct_database("DATABASE_DIRECT_URL", pooled="DATABASE_URL")
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_DIRECT is not None
# A replica from which public pages are read, and how many seconds it may be behind.
DATABASE_REPLICA = env.read_replica_database("DATABASE_REPLICA_URL", primary="DATABASE_URL")
DATABASE_REPLICA_LAG = env.read_number("DATABASE_REPLICA_LAG", 10, least=1)
DATABASE_ROUTERS = ["home.runtime.read_replica.ReplicaRouter"]
if DATABASE_REPLICA:
    DATABASES["replica"] = DATABASE_REPLICA
    MIDDLEWARE.append("home.web.replica_reading.RecentWriteMiddleware")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Files of cases, served by views that check access, never under the web root.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR_DIR / "private",
            "base_url": None,
            "directory_permissions_mode": 0o700,  # closed to the proxy too
            "file_permissions_mode": 0o600,
        },
    },
    "staticfiles": {"BACKEND": "mysite.staticfiles.StaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"
# Where browsers find published files: elsewhere by MEDIA_PUBLIC_URL, such as at an object storage.
MEDIA_PUBLIC_URL = env.read_service_url("MEDIA_PUBLIC_URL")
MEDIA_URL = f"{MEDIA_PUBLIC_URL.rstrip('/')}/" if MEDIA_PUBLIC_URL else "/media/"
OBJECT_STORAGE = object_storage.read_buckets(MEDIA_URL)
STORAGES |= object_storage.storages_in(OBJECT_STORAGE)
MEDIA_THROUGH_SITE = "default" in OBJECT_STORAGE and not MEDIA_PUBLIC_URL
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755  # the proxy serves published files and can read no others
STATIC_ROOT = env.read_folder("COMMUNE_STATIC", VAR_DIR / "static")  # the same for all communes of a host
WHITENOISE_ALLOW_ALL_ORIGINS = False  # only needed for our fonts on other sites, of which there are none
STATIC_URL = "/static/"
# Only the files of Leaflet are used from django-leaflet: as an app it needs GDAL (decision 19).
LEAFLET = Path(find_spec("leaflet").origin).parent / "static" / "leaflet"
STATICFILES_DIRS = [BASE_DIR / "mysite" / "static", ("leaflet", LEAFLET)]

CACHES = {
    "default": {
        "BACKEND": "home.caching.backends.FileCache",
        "LOCATION": VAR_DIR / "cache",
        "OPTIONS": {"MAX_ENTRIES": 5_000},  # several per page; Django's 300 would cull shared parts of pages
    },
    # Whole pages have their own cache, so that many of them do not cull anything else.
    "pages": {
        "BACKEND": "home.caching.backends.FileCache",
        "LOCATION": VAR_DIR / "pages",
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
}
PAGE_CACHE = env.read_flag("PAGE_CACHE", True)

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "slow"]}}

# -- People --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "eservices_accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "eservices.accounts.backends.ProviderBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "space:home"
LOGOUT_REDIRECT_URL = "/"
WAGTAIL_PASSWORD_RESET_ENABLED = False  # a user who forgot the password signs in by code
WAGTAILADMIN_USER_LOGIN_FORM = "eservices.space.authentication.forms.StaffSignInForm"
WAGTAILUSERS_PASSWORD_REQUIRED = False  # staff need no password either
ACCOUNT_ADAPTER = "eservices.space.authentication.adapters.CodeAccountAdapter"
ACCOUNT_FORMS = {
    "request_login_code": "eservices.space.authentication.forms.SignInForm",
    "confirm_login_code": "eservices.space.authentication.forms.CodeForm",
}
# Whether staff need a second factor before any right applies. Users who set one up are asked for it anyway.
STAFF_SECOND_FACTOR = env.read_flag("STAFF_SECOND_FACTOR")
MFA_ADAPTER = "eservices.space.authentication.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a key that is only touched proves possession, not identity
MFA_ALLOW_UNVERIFIED_EMAIL = (
    True  # for staff who sign in by password; residents always sign in by their address
)
MFA_FORMS = {
    "authenticate": "eservices.space.authentication.forms.SecondFactorForm",
    "reauthenticate": "eservices.space.authentication.forms.SecondFactorReauthenticationForm",
    "activate_totp": "eservices.space.authentication.forms.SecondFactorSetupForm",
    "add_webauthn": "eservices.space.authentication.forms.NewPasskeyForm",
    "login_webauthn": "eservices.space.authentication.forms.PasskeySignInForm",
    "authenticate_webauthn": "eservices.space.authentication.forms.PasskeyForm",
    "reauthenticate_webauthn": "eservices.space.authentication.forms.PasskeyReauthenticationForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SIGNUP_ENABLED = False  # an account is created at the first code
ACCOUNT_REAUTHENTICATION_METHODS = ["mfa"]  # an e-mailed code is no second factor
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no address is unknown, because the first code creates an account
# 5 tries of 6 digits, 30 codes a day: guessing succeeds for one address once in 18 years.
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,30/d/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.read_number(
    "TRUSTED_PROXIES", 0
)  # otherwise limits per network would apply to the proxy
ACCOUNT_SESSION_REMEMBER = False
# An identity provider, if OIDC_ISSUER is set: docs/settings.md
OIDC_ISSUER = env.read_text("OIDC_ISSUER", "")
OIDC_LEVEL_CLAIM = env.read_text("OIDC_LEVEL_CLAIM", "acr")
OIDC_LEVELS = env.read_identity_levels("OIDC_LEVELS")
SOCIALACCOUNT_ADAPTER = "eservices.space.authentication.identity_provider.IdentityProviderAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # only addresses proved by the provider create an account
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": env.read_identity_provider("OIDC")}
}
SESSION_COOKIE_AGE = 12 * 60 * 60
STAFF_SESSION_HOURS = env.read_number(
    "STAFF_SESSION_HOURS", 12, least=1
)  # after the sign-in, whatever the activity
STAFF_IDLE_MINUTES = env.read_number("STAFF_IDLE_MINUTES", 60, least=5)  # after the last use
SIGN_IN_RECORD_DAYS = env.read_number("SIGN_IN_RECORD_DAYS", 365, least=180)  # retention time of sign-ins
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# -- Place, language, time -----------------------------------------------------------------------------------
# Canton, region or Land: the part of its ISO 3166-2 code after the dash.
COUNTRY, SUBDIVISION = env.read_country("COMMUNE_COUNTRY", "COMMUNE_SUBDIVISION")
CURRENCY = env.read_pattern("COMMUNE_CURRENCY", "[A-Z]{3}", "CHF or EUR", "CHF")
TIME_ZONE = env.read_time_zone("COMMUNE_TIME_ZONE", "Europe/Zurich")
# Time zones for staff: those with a place, which browsers know. Python's list also has the machine's "localtime".
WAGTAIL_USER_TIME_ZONES = sorted({TIME_ZONE} | {zone for zone in env.known_time_zones() if "/" in zone})
USE_TZ = True
USE_I18N = True
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
    ("en", "English"),
]
LANGUAGE_CODE = env.read_choice(
    "COMMUNE_LANGUAGE", "fr", set(dict(LANGUAGES))
)  # whose addresses have no prefix
# The second has what the catalogues of Wagtail and its like lack: tests/mysite/test_upstream_translations.py finds it.
LOCALE_PATHS = [BASE_DIR / "mysite" / "locale", BASE_DIR / "mysite" / "locale_elsewhere"]
FORMAT_MODULE_PATH = "mysite.formats"

# -- Wagtail -------------------------------------------------------------------------------------------------
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "home.admin.paste_cleaning.CleanPasteRichTextArea"}}
WAGTAIL_SITE_NAME = env.read_text("COMMUNE_NAME", "Orvenay")
WAGTAILADMIN_BASE_URL = env.read_site_url("COMMUNE_BASE_URL", "http://localhost:8000")
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # addresses are read aloud, printed and copied
WAGTAIL_I18N_ENABLED = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "news.editorial.approval.publish_approved"
# A date typed in another order would be misread without an error, so dates are entered as they are displayed.
WAGTAIL_DATE_FORMAT = "%d.%m.%Y"
WAGTAIL_DATETIME_FORMAT = "%d.%m.%Y %H:%M"
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
# A machine translator for drafts, if configured: docs/settings.md
WAGTAILLOCALIZE_MACHINE_TRANSLATOR = env.read_translator(
    "DEEPL_AUTH_KEY", "LIBRETRANSLATE_URL", "LIBRETRANSLATE_API_KEY"
)
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = (
    False  # an address gives access to its cases, so users cannot change it themselves
)
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILADMIN_NOTIFICATION_USE_HTML = True  # in the same design as all e-mails
WAGTAILIMAGES_AVIF_QUALITY = 50  # looks like Wagtail’s 61, with files a fifth smaller
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "heic", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_IMAGE_FORM_BASE = "home.images.forms.ImageForm"  # without GPS; HEIC becomes JPEG
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = (
    51_000_000  # of a telephone's camera; scaling takes 3 to 4 MB of memory per million
)
LINK_CHECKS = env.read_flag("LINK_CHECKS", True)  # whether external links are checked
# No HTML and no SVG, which browsers would run under our origin.
WAGTAILDOCS_EXTENSIONS = [
    *("csv", "doc", "docx", "gpx", "ics", "jpeg", "jpg", "kml", "mp3", "mp4", "odp", "ods", "odt"),
    *("pdf", "png", "ppt", "pptx", "rtf", "txt", "xls", "xlsx", "zip"),
]
WAGTAILDOCS_DOCUMENT_FORM_BASE = "home.untrusted_files.forms.DocumentForm"  # no macros, no scripts
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "home.search.backend"}}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long step of a form in the editor
TAGGIT_CASE_INSENSITIVE = True

# -- E-mail and SMS ------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.read_mail_sender("COMMUNE_FROM_EMAIL", WAGTAIL_SITE_NAME)
MAILERS = {
    "default": env.read_mailer("MAIL_URL")
    or {"BACKEND": "eservices.deliveries.demo_mailbox.DemoMailboxEmailBackend"}
}
# The key of the SMS gateway. The demo mailbox shows e-mails and SMS on a page instead of sending them.
SMS_MAILBOX = "demo_mailbox"
SMS_GATEWAY = env.read_text("SMS_GATEWAY", SMS_MAILBOX)

# -- API (docs/api.md) ---------------------------------------------------------------------------------------
API_PUBLIC_PER_MINUTE = env.read_number("API_PUBLIC_PER_MINUTE", 300, least=1)

# -- Newsletter: backend, send rate, bounces (docs/settings.md) ----------------------------------------------
NEWSLETTER_BACKEND = env.read_choice("NEWSLETTER_BACKEND", "builtin", {"builtin", "mailchimp"})
NEWSLETTER_PER_MINUTE = env.read_number("NEWSLETTER_PER_MINUTE", 600)  # 0: no limit
NEWSLETTER_BOUNCE_ADDRESS = env.read_pattern("NEWSLETTER_BOUNCE_ADDRESS", "[^@]+@[^@]+", "retours@orvenay.ch")
BOUNCE_MAILBOX_URL = env.read_bounce_mailbox("BOUNCE_MAILBOX_URL")
# Credentials of a mail service that calls our webhook.
ANYMAIL = {"WEBHOOK_SECRET": env.read_pattern("ANYMAIL_WEBHOOK_SECRET", "[^:]+:.+", "user:password")}
MAILCHIMP_API_KEY = env.read_text("MAILCHIMP_API_KEY", "")
MAILCHIMP_LIST_ID = env.read_text("MAILCHIMP_LIST_ID", "")
MAILCHIMP_WEBHOOK_SECRET = env.read_text("MAILCHIMP_WEBHOOK_SECRET", "")
MAILCHIMP_API_URL = env.read_service_url(
    "MAILCHIMP_API_URL"
)  # empty: Mailchimp's own; tests set a fake server

# -- Channels: accounts on social networks, each set with all its keys or not at all ---------------------------
GRAPH = env.read_service_url("META_GRAPH_URL", "https://graph.facebook.com/v24.0")
SOCIAL_NETWORKS = {
    "mastodon": {"URL": env.read_service_url("MASTODON_URL"), "TOKEN": env.read_text("MASTODON_TOKEN", "")},
    "linkedin": {
        "URL": env.read_service_url("LINKEDIN_URL", "https://api.linkedin.com"),
        "VERSION": env.read_text(
            "LINKEDIN_VERSION", "202607"
        ),  # LinkedIn supports each version for a year or longer
        "ORGANIZATION": env.read_text("LINKEDIN_ORGANIZATION", ""),
        "TOKEN": env.read_text("LINKEDIN_TOKEN", ""),
    },
    "facebook": {
        "URL": GRAPH,
        "PAGE": env.read_text("FACEBOOK_PAGE", ""),
        "TOKEN": env.read_text("FACEBOOK_TOKEN", ""),
    },
    "instagram": {
        "URL": GRAPH,
        "ACCOUNT": env.read_text("INSTAGRAM_ACCOUNT", ""),
        "TOKEN": env.read_text("INSTAGRAM_TOKEN", ""),
    },
    "x": {
        "URL": env.read_service_url("X_URL", "https://api.x.com"),
        "KEY": env.read_text("X_KEY", ""),
        "SECRET": env.read_text("X_SECRET", ""),
        "TOKEN": env.read_text("X_TOKEN", ""),
        "TOKEN_SECRET": env.read_text("X_TOKEN_SECRET", ""),
    },
}

# Countries whose mobile numbers get SMS of the online counter.
SMS_COUNTRIES = env.read_pattern("SMS_COUNTRIES", "[A-Z]{2}(,[A-Z]{2})*", "CH,FR", COUNTRY).split(",")
# News by SMS goes through SMS_GATEWAY; “http” posts to SMS_URL.
SMS_URL = env.read_service_url("SMS_URL")
SMS_TOKEN = env.read_text("SMS_TOKEN", "")
SMS_SENDER = env.read_sms_sender("SMS_SENDER", WAGTAIL_SITE_NAME)
SMS_WEBHOOK_SECRET = env.read_text(
    "SMS_WEBHOOK_SECRET", ""
)  # part of the address at which the gateway reports STOP
# Push notifications: our key at push services, and the allowed push services.
VAPID_PRIVATE_KEY = env.read_text("VAPID_PRIVATE_KEY", "")
VAPID_SUBJECT = env.read_text("VAPID_SUBJECT", "")
PUSH_SERVICES = env.read_origins(
    "PUSH_SERVICES",
    "https://fcm.googleapis.com,https://*.push.services.mozilla.com,https://*.push.apple.com,https://*.notify.windows.com",
)

# -- Population register: demo (invented people), http (REGISTER_URL) or none ----------------------------------
REGISTER = env.read_choice("REGISTER", "demo", {"demo", "http", "none"})
# Whether only agents who may see protected persons see a new case until the register was asked about its persons.
REGISTER_SCREENING = env.read_flag("REGISTER_SCREENING", True)
REGISTER_HTTP = {
    "URL": env.read_service_url("REGISTER_URL"),
    "TOKEN": env.read_text("REGISTER_TOKEN", ""),
    "CERTIFICATE": env.read_text(
        "REGISTER_CERTIFICATE", ""
    ),  # our client certificate, with REGISTER_KEY: paths of PEM files
    "KEY": env.read_text("REGISTER_KEY", ""),
    "AUTHORITY": env.read_text(
        "REGISTER_CA", ""
    ),  # CA of the register's certificate, if it is not publicly trusted
}
# Hosts in the commune's network whose calendars may be imported. Other hosts must be public.
CALENDAR_HOSTS = {host.lower() for host in env.read_list("CALENDAR_HOSTS")}
# The document store for closed cases: a folder, or a WebDAV server (docs/connectors.md).
GED_URL = env.read_document_store("GED_URL", f"directory:{VAR_DIR / 'ged'}")
# The folder that the commune's accounting reads, if any: see docs/connectors.md.
ACCOUNTING_URL = env.read_document_store("ACCOUNTING_URL", "")
# Exchange with business software: folders on disk are below this one, and hosts in the commune's network are named.
EXCHANGE_ROOT = env.read_text("EXCHANGE_ROOT", "")
EXCHANGE_INTERNAL_HOSTS = {host.lower() for host in env.read_list("EXCHANGE_INTERNAL_HOSTS")}

# -- Payments ------------------------------------------------------------------------------------------------
# Payment providers offered, in this order. “demo” moves no money: never in production.
PAYMENT_PROVIDERS = env.read_list("PAYMENT_PROVIDERS", "stripe_twint,stripe_card,qrbill,counter")
STRIPE_SECRET_KEY = env.read_text("STRIPE_SECRET_KEY", "")
STRIPE_PUBLIC_KEY = env.read_text("STRIPE_PUBLIC_KEY", "")
STRIPE_WEBHOOK_SECRET = env.read_text("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_URL = env.read_service_url("STRIPE_API_URL")  # empty: Stripe's own; tests set a fake server

# -- Safety --------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview shows the page in a frame
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"  # providers of sign-in and payment come in the same window
# Maps in forms ask where one is, staff and residents have passkeys, Wagtail copies addresses. Pictures are taken by the
# camera's own program, without this. Only names that browsers know: others are faults in the console.
PERMISSIONS_POLICY = ", ".join(
    [
        *(
            f"{used}=(self)"
            for used in (
                *("geolocation", "publickey-credentials-create", "publickey-credentials-get"),
                *("clipboard-write", "fullscreen"),
            )
        ),
        *(
            f"{unused}=()"
            for unused in (
                *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "clipboard-read"),
                *("display-capture", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer"),
                *(
                    "microphone",
                    "midi",
                    "payment",
                    "screen-wake-lock",
                    "serial",
                    "usb",
                    "xr-spatial-tracking",
                ),
            )
        ),
    ]
)
CSRF_FAILURE_VIEW = "mysite.views.csrf_failure"
# Tiles of maps in forms, if configured: an address such as https://tiles.example/{z}/{x}/{y}.png
TILE_URL = env.read_tiles("TILE_URL")
TILE_CREDIT = env.read_text("TILE_CREDIT", "")  # attribution, which most licences require
# Latitude, longitude, zoom level.
MAP_CENTRE = env.read_pattern("MAP_CENTRE", r"-?[\d.]+,-?[\d.]+,\d+", "46.45,6.4,12", "46.45,6.4,12")
# The only inline script, which closes alerts. It is allowed by its hash, because cached pages cannot have a nonce.
CLOSING = BASE_DIR / "templates" / "home" / "alerts" / "closing.js"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, f"'sha256-{b64encode(sha256(CLOSING.read_bytes()).digest()).decode()}'"],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", *env.csp_origin(TILE_URL), *env.csp_origin(MEDIA_PUBLIC_URL)],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    # A payment begun on another host of the commune continues on the main one.
    "form-action": [
        CSP.SELF,
        *env.csp_origin(WAGTAILADMIN_BASE_URL),
        *env.csp_origin(OIDC_ISSUER),
        *env.read_list("OIDC_SIGN_IN_ORIGIN"),
    ],
    "frame-ancestors": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
}
# Wagtail's editor still has inline scripts and styles: the relaxed policy is limited to the admin.
ADMIN_CSP = SECURE_CSP | {
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:", *env.csp_origin(MEDIA_PUBLIC_URL)],
    "worker-src": [CSP.SELF, "blob:"],
}
# Keys of answers in the database: the first encrypts, all decrypt. Empty: answers are stored in plain.
ANSWER_KEYS = env.read_answer_keys("ANSWER_KEYS")
# Where finders of weak points write: /.well-known/security.txt. Empty: the commune's e-mail address in the admin.
SECURITY_CONTACT = env.read_contacts("SECURITY_CONTACT")
FILE_UPLOAD_HANDLERS = ["eservices.submissions.upload_checks.LimitedUploadHandler"]
# The key that seals documents. Empty: a test key made at set-up, which every document states.
SEAL_URL = env.read_seal("SEAL_URL")
SEAL_PASSWORD = env.read_text("SEAL_PASSWORD", "")  # the file's passphrase, the token's PIN
SEAL_TSA_URL = env.read_service_url("SEAL_TSA_URL")  # time-stamping authority of seals (RFC 3161)
SEAL_ROOTS = env.read_text(
    "SEAL_ROOTS", ""
)  # PEM file of the roots of both; their proofs are stored in the document
CLAMAV_URL = env.read_scanner("CLAMAV_URL")  # empty: files are checked by type and content, not for viruses
# Audit anchors are written here too, so that an intruder in the database cannot cut off the end of the audit log
# unnoticed.
AUDIT_ANCHOR_FILE = env.file("AUDIT_ANCHOR_FILE", VAR_DIR / "audit-anchors.txt")
# The archive for cases before their erasure: see eservices/cases/retention/archive.py.
CASE_ARCHIVE = env.read_text("CASE_ARCHIVE", "private_storage")
LEAST_SECONDS_TO_FILE = 3  # a form sent sooner after it was opened has to be sent again
# With less free disk space no uploads are accepted, and /health/ returns "degraded".
DISK_RESERVE = env.read_number("DISK_RESERVE_MB", 1000) * 1024 * 1024
UPLOAD_MAX_BYTES = env.read_number("COMMUNE_UPLOAD_MAX_MB", 10, least=1) * 1024 * 1024

# -- Backups -------------------------------------------------------------------------------------------------
BACKUP_URL = env.read_backup_target("BACKUP_URL")  # empty: nothing is backed up
BACKUP_HOST_KEY = env.read_host_keys("BACKUP_HOST_KEY")  # of the SFTP server
BACKUP_SSH_KEY = env.read_text("BACKUP_SSH_KEY", "")  # file of the private key for the SFTP server
BACKUP_S3_ENDPOINT = env.read_service_url("BACKUP_S3_ENDPOINT")  # empty: Amazon's
BACKUP_S3_REGION = env.read_text("BACKUP_S3_REGION", "")
BACKUP_S3_CREDENTIALS = env.read_text("BACKUP_S3_CREDENTIALS", "")  # file with the key of the S3 service
BACKUP_RECIPIENTS = env.read_backup_recipients("BACKUP_RECIPIENTS")
BACKUP_KEEP = env.read_retention_rule("BACKUP_KEEP", "7,4,12")  # days, weeks, months
BACKUP_TIME = env.read_time("BACKUP_TIME", "02:15")  # local time
BACKUP_PROOF = env.read_flag("BACKUP_PROOF", True)  # whether this machine restores each backup as a proof
BACKUP_PROOF_DATABASE = env.read_text("BACKUP_PROOF_DATABASE", "")  # empty: one is created and deleted

# -- Monitoring ----------------------------------------------------------------------------------------------
METRICS_TOKEN = env.read_pattern("METRICS_TOKEN", r"[\w-]{20,}", "20 or more random letters and digits")
ERROR_REPORTS = env.read_error_reports("SENTRY_DSN")  # empty: no report leaves
TRACE_COLLECTOR = env.read_service_url("OTEL_EXPORTER_OTLP_ENDPOINT")  # empty: no trace leaves
LOG_LEVEL = env.read_choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"})
LOG_FORMAT = env.read_choice("LOG_FORMAT", "line", {"line", "json"})
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "mysite.monitoring.log_formats.LineFormatter"},
        "json": {"()": "mysite.monitoring.log_formats.JsonFormatter"},
    },
    "filters": {
        "count_outages": {"()": "mysite.monitoring.outage_filter.CountOutages"},
        "mask_secrets": {"()": "mysite.log_filters.MaskSecrets"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["count_outages", "mask_secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django_tasks_db": {"level": "WARNING"},  # below, it logs each time that the queue is empty
        "mailchimp3.client": {"level": "WARNING"},  # below, it logs e-mail addresses
        "gunicorn.http.wsgi": {"level": "ERROR"},  # below, it logs the dropped body of each HEAD response
    },
}
