"""Reset of a user's second factor, for when no administrator can do it in the admin."""

from django.core.management.base import BaseCommand, CommandError

from ...actions import reset_second_factor
from ...models import User


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        user = User.objects.filter(email=User.objects.normalize_email(email)).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        reset_second_factor(actor=None, user=user)
        self.stdout.write(f"{user.email} sets up a second factor at the next sign-in.")
