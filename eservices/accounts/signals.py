"""What accounts tell the apps above them."""

from django.dispatch import Signal

# Sent with ``proof`` inside the transaction in which it became known whom an account belongs to.
identity_proven = Signal()

# Sent with ``user`` inside the transaction in which somebody came to work here: the admin opens to them from now on.
staff_let_in = Signal()

# Sent inside the transaction in which an account or a group (``of``) gained rights: ``gained`` holds the words for
# them, ``actor`` is who gave them, None for a command.
rights_widened = Signal()

# Sent with ``user`` and whether one is ``held`` now, when somebody set up a second factor, or it was taken away.
second_factor_changed = Signal()

# Sent with ``user``, who made spare codes anew: those from before hold no longer.
spare_codes_made = Signal()

# Sent with ``user``, the ``name`` of a passkey, and whether it was ``added`` or removed.
passkeys_changed = Signal()

# Sent with ``user``, the ``name`` of an identity provider, and whether it was ``linked`` to the account or removed.
provider_changed = Signal()

# Sent with ``user`` and the address ``before``, inside the transaction in which the account gets another address.
address_changed = Signal()

# Sent with ``user`` inside the transaction in which an account that exists gets another password.
password_changed = Signal()

# Sent with ``user`` inside the transaction in which an account is erased at its owner's wish. Whoever keeps rows about
# the person, and not about a request, forgets them now.
account_erased = Signal()
