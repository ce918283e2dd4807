"""Register of processing, and the template of a data protection impact assessment, made from what the site does."""
