"""People who work here: their list, and adding or closing their accounts. The admin can do the same."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db.models import Q

from ...models import User
from ...staff_actions import LastAdministrator, add_staff, close_staff


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        commands = parser.add_subparsers(dest="action", required=True)
        commands.add_parser("list", help="Who works here, with groups.")
        add = commands.add_parser("add", help="Give an address access. Rights that it has stay.")
        add.add_argument("email")
        add.add_argument("--first-name", default="")
        add.add_argument("--last-name", default="")
        add.add_argument("--group", action="append", default=[], help="May be repeated: editors, agents …")
        add.add_argument("--administrator", action="store_true", help="Every right, such as giving rights.")
        close = commands.add_parser("close", help="Close an account and end its sessions.")
        close.add_argument("email")

    def handle(self, *, action, **options):
        {"list": self.list, "add": self.add, "close": self.close}[action](**options)

    def list(self, **options):
        people = User.objects.filter(Q(is_superuser=True) | ~Q(groups=None)).distinct().order_by("email")
        for user in people.prefetch_related("groups", "authenticator_set"):
            rights = ["administrator"] * user.is_superuser + sorted(group.name for group in user.groups.all())
            marks = "" if user.is_active else " (closed)"
            if user.is_active and not user.authenticator_set.all():
                marks = " (no second factor)"
            self.stdout.write(f"{user.email}: {', '.join(rights)}{marks}")

    def add(self, *, email, first_name, last_name, group, administrator, **options):
        try:
            validate_email(User.objects.normalize_email(email))
        except ValidationError:
            raise CommandError(f"{email!r} is no e-mail address.") from None
        found = Group.objects.filter(name__in=group)
        if unknown := sorted(set(group) - {one.name for one in found}):
            known = ", ".join(Group.objects.order_by("name").values_list("name", flat=True))
            raise CommandError(f"There is no group {' and no '.join(unknown)}. There are: {known}.")
        if not found and not administrator:
            raise CommandError("Name at least one --group, or --administrator.")
        names = {"first_name": first_name, "last_name": last_name}
        user = add_staff(
            actor=None,
            email=email,
            language=settings.LANGUAGE_CODE,
            names={field: value for field, value in names.items() if value},
            groups=found,
            administrator=administrator,
        )
        address = f"{settings.WAGTAILADMIN_BASE_URL}/admin/"
        self.stdout.write(f"{user.email} signs in at {address} by a code that is sent to this address.")

    def close(self, *, email, **options):
        user = User.objects.filter(email=User.objects.normalize_email(email)).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        try:
            close_staff(actor=None, user=user)
        except LastAdministrator:
            raise CommandError("This is the only administrator: add another one first.") from None
        self.stdout.write(f"{user.email} cannot sign in any more.")
