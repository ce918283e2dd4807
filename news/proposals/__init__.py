"""What people outside propose for the site: it waits for an editor, who accepts or refuses it."""
