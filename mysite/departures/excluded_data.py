"""Data that does not leave, by table and column, and why."""

SESSION = "who is signed in at the moment"
CODE = "codes of a few minutes"
SECOND_FACTOR = "passwords, second factors and passkeys: people sign in by a code and set them up again"
INTERFACE = "keys of interfaces and of identity providers: the new host issues its own"
RUNTIME = "the state of processes of the old host"
DERIVED = "search index of the database: `rebuild_search` writes it"

EXCLUDED_TABLES = {
    "account_emailconfirmation": CODE,
    "django_session": SESSION,
    "eservices_accounts_codetries": CODE,
    "eservices_deliveries_circuit": RUNTIME,
    "eservices_webhooks_webhookkey": INTERFACE,
    "home_heartbeat": RUNTIME,
    "mfa_authenticator": SECOND_FACTOR,
    "mysite_backups_backup": RUNTIME,
    "socialaccount_socialapp": INTERFACE,
    "socialaccount_socialtoken": INTERFACE,
    "usersessions_usersession": SESSION,
    "wagtailadmin_editingsession": RUNTIME,
    "wagtailcore_apitoken": INTERFACE,
    "wagtailsearch_indexentry": DERIVED,
    "wagtailsearch_indexentry_fts": DERIVED,
}
# Columns that leave with another value. This password matches nothing.
REPLACED_COLUMNS = {("eservices_accounts_user", "password"): "!"}
# Columns that open something to everybody who has their value. They leave, because residents and staff have the links
# in their mailboxes, and devices are registered by them; a departure is encrypted for this reason too.
SECRET_COLUMNS = {
    ("eservices_bookings_calendarlink", "secret"),
    ("eservices_bookings_resource", "access_code"),
    ("eservices_bookings_waitingentry", "secret"),
    ("eservices_cases_opinion", "secret"),
    ("eservices_cases_statuslink", "secret"),
    ("eservices_documents_documentlink", "secret"),
    ("eservices_payments_basket", "secret"),
    ("eservices_reports_reportfollower", "secret"),
    ("eservices_submissions_draft", "secret"),
    ("news_channels_device", "auth"),
    ("news_channels_device", "endpoint"),
    ("news_channels_phonereader", "secret"),
    ("news_directory_keeperlink", "secret"),
    ("news_editorial_draftlink", "secret"),
    ("news_participation_comment", "secret"),
    ("news_participation_contribution", "secret"),
    ("news_participation_pendingaction", "secret"),
    ("news_proposals_proposal", "secret"),
    ("news_waste_wastereminder", "secret"),
    ("newsletter_subscriber", "secret"),
    ("wagtailcore_collectionviewrestriction", "password"),
    ("wagtailcore_pageviewrestriction", "password"),
}
