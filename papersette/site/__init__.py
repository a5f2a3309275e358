"""Code shared by the plugins. Only this package and plugins/ import Datasette."""
