"""Many communes on one host: one parent that has loaded the code, and a database, keys and files for each commune."""
