"""Translation tools for editors: state of translations, labels and errors of texts."""
