"""What happens on the site that apps above may act on."""

from django.dispatch import Signal

# Sent within the transaction that stores a contact form. Keywords: page, submission, data, the answers by label, and
# email, the address that was given, if any. Who delivers letters sends one; without a listener the message stays in
# the admin.
contact_received = Signal()

# Sent when search forgot everything and found all pages anew: who keeps other things in it does so again.
search_rebuilt = Signal()

# Sent when the text of a file was read, or who may open it may have changed. Keyword: document, what has the file.
document_changed = Signal()
