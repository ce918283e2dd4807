"""Who signs in. The first migration depends on no Wagtail app, so that everything may refer to a user."""

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class IdentityLevel(models.IntegerChoices):
    """How sure the commune is of who asks. Higher levels include the lower ones."""

    NONE = 0, _("nothing proven")
    EMAIL = 10, _("e-mail address proven")
    KNOWN = 20, _("known: seen at the counter, or by posted code")
    ASSURED = 30, _("proven by an identity provider")


class UserManager(BaseUserManager):
    """Makes people by their e-mail address, in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str):
        """Whoever signs in with this address, however it is typed."""
        return self.get(email=self.normalize_email(email))

    def never_entered(self, before):
        """Accounts that an address was given for and nobody ever opened: no code typed, nothing theirs."""
        return self.filter(
            date_joined__lt=before,
            last_login=None,
            identity_level=IdentityLevel.NONE,
            is_staff=False,
            is_superuser=False,
        )

    @classmethod
    def normalize_email(cls, email: str) -> str:
        return (email or "").strip().lower()


class User(AbstractUser):
    """A resident, agent or editor, known by an e-mail address."""

    username = None
    email = models.EmailField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("This address is already in use.")},
    )
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    identity_level = models.PositiveSmallIntegerField(
        _("identity level"), choices=IdentityLevel, default=IdentityLevel.NONE
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def clean(self):
        super().clean()
        self.email = self.__class__.objects.normalize_email(self.email)

    def save(self, *args, **kwargs):
        # One spelling per address, so that the unique column means one person, on every database.
        self.email = self.__class__.objects.normalize_email(self.email)
        if not self.password:
            self.set_unusable_password()
        super().save(*args, **kwargs)

    def set_password(self, raw_password):
        """An empty password is none: nobody gets in with it."""
        super().set_password(raw_password or None)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in str(self).replace("-", " ").split()[:2]).upper()
