"""Signals of the website for other apps."""

from django.dispatch import Signal

# Sent within the transaction that stores a message of the contact form. Keywords: page, submission, data (answers by
# label) and email (the sender's address, or ""). An app that sends e-mail listens to it; without a listener the message
# stays in the admin.
contact_received = Signal()

# Sent with ``submission`` within the transaction that deletes a message of the contact form at its sender's wish. Apps
# that hold a copy must erase it.
contact_erased = Signal()

# Sent when the search index was emptied and all pages were indexed: apps with other entries index them again.
search_rebuilt = Signal()

# Sent when the text of a file was extracted or its access may have changed. Keyword: document, the file's object.
document_changed = Signal()
