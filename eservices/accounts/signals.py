"""Signals of accounts for other apps."""

from django.dispatch import Signal

# Sent with ``proof``, inside the transaction in which an identity was proven.
identity_proven = Signal()

# Sent with ``user``, inside the transaction in which a user gained access to the admin.
staff_let_in = Signal()

# Sent inside the transaction in which an account or a group (``of``) gained rights. ``gained`` holds their labels;
# ``actor`` is the user who gave them, None for a command.
rights_widened = Signal()

# Sent with ``user`` and ``held``: whether a second factor was set up or removed.
second_factor_changed = Signal()

# Sent with ``user``, who created new recovery codes: the former ones are invalid.
spare_codes_made = Signal()

# Sent with ``user``, the ``name`` of a passkey, and whether it was ``added`` or removed.
passkeys_changed = Signal()

# Sent with ``user``, the ``name`` of an identity provider, and whether it was ``linked`` to the account or removed.
provider_changed = Signal()

# Sent with ``user`` and the address ``before``, inside the transaction in which the account gets another address.
address_changed = Signal()

# Sent with ``user``, inside the transaction in which an existing account gets another password.
password_changed = Signal()

# Sent with ``user``, inside the transaction in which an account is erased at its owner's request. Apps erase their
# rows about the person, except those that belong to a case.
account_erased = Signal()
