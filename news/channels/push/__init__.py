"""News as a notification of the browser: who asked for it, and how one is sent."""
