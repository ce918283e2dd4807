"""What ``manage.py check --deploy`` says about the archive of cases."""

from django.core.checks import Error, Tags, register

from home.faults import fault_of

from .retention.archive import archive


@register(Tags.security, "cases", deploy=True)
def archive_is_there(app_configs, **kwargs) -> list[Error]:
    """What is to be archived is erased only afterwards: it would wait for years, and nobody would know."""
    if fault := fault_of(archive):
        hint = "CASE_ARCHIVE names a class that is on this machine, as package.module.Class."
        return [Error(f"No case can be archived: {fault}", hint=hint, id="cases.E001")]
    return []
