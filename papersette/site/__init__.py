"""Code that the plugins share. With plugins/, the only code that imports Datasette."""
