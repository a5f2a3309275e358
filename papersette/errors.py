"""The error that ends a build with one clear message."""


class UserError(Exception):
    """A mistake that only the user can fix.

    The message names the file, the line where there is one, and the remedy.
    """
