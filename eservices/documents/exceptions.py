"""Reasons for which a document cannot be written."""


class TemplateError(Exception):
    """The template does not fit the case. The message is for a lead."""


class OutdatedAnswer(TemplateError):
    """The population register's answer is outdated: it must be asked again first."""
