"""The built-in backend: one e-mail at a time, through the commune's mail server."""
