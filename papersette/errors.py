"""The error that ends a build with one clear message."""


class UserError(Exception):
    """A mistake that only the user can fix. The text names the file, the place in it and the remedy."""
