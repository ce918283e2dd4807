"""Settings by environment: base is shared, dev runs the demo, test the tests, production a real commune."""
