"""Users, identity proofs and sign-ins.

The first migration depends on no Wagtail app, so that every app can refer to a user.
"""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .default_language import default_language
from .email_addresses import stored_form
from .fields import EmailAddressField
from .person_names import is_same_name
from .signals import password_changed


class IdentityLevel(models.IntegerChoices):
    """The certainty about the identity of a user. Higher levels include the lower ones."""

    NONE = 0, _("not verified")
    EMAIL = 10, _("e-mail address proven")
    KNOWN = 20, _("known: seen at the counter, or by posted code")
    ASSURED = 30, _("proven by an identity provider")


class UserManager(BaseUserManager):
    """A manager that creates users by e-mail address, in its normal form."""

    def create_user(self, email: str, password: str | None = None, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str):
        """Return the user who signs in with this address, however it is typed."""
        return self.get(email=self.normalize_email(email))

    def never_entered(self, before):
        """Filter accounts that were created before ``before`` and never signed in to."""
        return self.filter(
            date_joined__lt=before,
            last_login=None,
            identity_level=IdentityLevel.NONE,
            is_staff=False,
            is_superuser=False,
        )

    @classmethod
    def normalize_email(cls, email: str) -> str:
        return stored_form(email or "")


class User(AbstractUser):
    """A resident, agent or editor, identified by an e-mail address."""

    username = None
    email = EmailAddressField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("This address is already in use.")},
    )
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=default_language
    )
    identity_level = models.PositiveSmallIntegerField(
        _("identity level"), choices=IdentityLevel, default=IdentityLevel.NONE
    )
    # Sessions that began before have ended, including unlisted ones.
    sessions_ended_at = models.DateTimeField(_("sessions ended"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    assured = False  # whether an identity provider attested the user at this sign-in: see ``backends``
    owes_a_factor = False  # whether the second factor, required for any right, is missing in this session

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def clean(self):
        super().clean()
        self.email = self.__class__.objects.normalize_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # One spelling per address, so that the unique column means one user, on every database.
        self.email = self.__class__.objects.normalize_email(self.email)
        if not self.password:
            self.set_unusable_password()
        # Django keeps a new password in ``_password`` until it is saved, but not if it only hashes the same one
        # again.
        if self._state.adding or self._password is None:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)
            password_changed.send(sender=type(self), user=self)

    def has_perm(self, perm: str, obj=None) -> bool:
        """Return whether the user has the permission, as Django does for backends that use sets of permissions.

        A page of the admin checks two hundred permissions, and for each of them Django asks every backend in turn.
        """
        if self.owes_a_factor:
            return False
        if obj is not None or self.is_superuser or not self.is_active:
            return super().has_perm(perm, obj)
        return perm in self._permissions

    @cached_property
    def _permissions(self) -> set[str]:
        return self.get_all_permissions()

    @property
    def works_here(self) -> bool:
        """True if the user was given any right, also while a missing second factor suspends it."""
        return self.is_active and (self.is_superuser or bool(self._permissions))

    @property
    def address_is_proven(self) -> bool:
        """True if the user proved access to the mailbox of the current address."""
        return self.emailaddress_set.filter(email=self.email, verified=True).exists()

    def set_password(self, raw_password):
        """Set the password; an empty one becomes unusable, so that nobody can sign in with it."""
        super().set_password(raw_password or None)

    @property
    def level(self) -> IdentityLevel:
        """The identity level of the user in this session.

        The highest level requires a sign-in through the provider; a user who signs in by e-mail is known at most.
        """
        most = IdentityLevel.ASSURED if self.assured else IdentityLevel.KNOWN
        return IdentityLevel(min(self.identity_level, most))

    @property
    def known_as(self) -> "IdentityProof | None":
        """The latest identity proof of the account; None if there is none."""
        return self.proofs.order_by("-at", "-pk").first()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in str(self).replace("-", " ").split()[:2]).upper()


class IdentityProof(models.Model):
    """The proof that an account belongs to a person of this name, and its means. Rows are only added."""

    class Means(models.TextChoices):
        COUNTER = "counter", _("seen at the counter")
        POSTED_CODE = "posted_code", _("code posted to the registered address")
        PROVIDER = "provider", _("identity provider")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="proofs")
    level = models.PositiveSmallIntegerField(_("identity level"), choices=IdentityLevel)
    means = models.CharField(_("proven by"), max_length=12, choices=Means)
    given_names = models.CharField(_("first names"), max_length=150)
    family_name = models.CharField(_("last name"), max_length=150)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    by = models.ForeignKey(
        User,
        verbose_name=_("agent"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The person who checked the identity at the counter."),
    )
    at = models.DateTimeField(_("proven"), default=timezone.now)

    class Meta:
        verbose_name = _("proof of identity")
        verbose_name_plural = _("proofs of identity")
        ordering = ["user", "at"]

    def __str__(self) -> str:
        return f"{self.given_names} {self.family_name}"

    def is_of(self, name: str, birth_date: date | None = None) -> bool:
        """Return whether the declared data match this person. A missing declaration contradicts nothing."""
        if name and not is_same_name(name, self.given_names, self.family_name):
            return False
        return not (birth_date and self.birth_date and birth_date != self.birth_date)


class SignInQuerySet(models.QuerySet["SignIn"]):
    def failed_codes(self) -> Self:
        """Filter wrong one-time codes."""
        return self.filter(kind=SignIn.Kind.FAILED, method=SignIn.Method.CODE)


class SignIn(models.Model):
    """An attempt to sign in, or the end of sessions, with method and network.

    Erased after ``SIGN_IN_RECORD_DAYS``. ``user`` is None for an address without an account; ``email`` is then the
    typed text.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        FAILED = "failed", _("failed")
        LOCKED_OUT = "locked_out", _("locked out")
        ENDED = "ended", _("sessions ended")
        ALARM = "alarm", _("alarm: many wrong codes")

    class Method(models.TextChoices):
        CODE = "code", _("code by e-mail")
        PASSWORD = "password", _("password")
        FACTOR = "mfa", _("second factor or passkey")
        PROVIDER = "socialaccount", _("identity provider")

    user = models.ForeignKey(
        User,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sign_ins",
    )
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    method = models.CharField(_("how"), max_length=13, choices=Method, blank=True)
    network = models.CharField(_("network address"), max_length=64, blank=True)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["at"], name="sign_in_at"),
            models.Index(fields=["network", "at"], name="sign_in_network"),
            models.Index(fields=["user", "at"], name="sign_in_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.email or '–'}: {self.get_kind_display()}"


class CodeTries(models.Model):
    """The number of tries of one e-mailed code. Stored in the database, so that simultaneous tries all count."""

    code = models.CharField(max_length=64, unique=True, help_text=_("A hash of the code and its session."))
    tries = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("tries of a code")
        verbose_name_plural = _("tries of codes")

    def __str__(self) -> str:
        return f"{self.code[:8]}: {self.tries}"
