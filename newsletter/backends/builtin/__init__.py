"""The commune's own sender: one letter after the other, through the mail server of the house."""
