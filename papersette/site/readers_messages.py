"""Messages of pages after an action; base.html shows and translates them."""

MESSAGES = {
    "saved": "Saved in your library.",
    "removed": "Removed from your library.",
    "highlight": "The passage is in your library.",
    "no_highlight": "The passage is no longer saved.",
    "rated": "Your rating is saved.",
    "unrated": "Your rating is withdrawn.",
    "commented": "Your comment is published.",
    "edited": "Your comment is changed.",
    "withdrawn": "Your comment is removed.",
    "reported": "The moderators will look at the comment.",
    "hidden": "The comment is hidden.",
    "shown": "The comment is shown.",
    "renamed": "Your name is changed.",
    "deleted": "Your account and all you wrote are deleted.",
    "followed": "You follow this from now on.",
    "unfollowed": "You no longer follow this.",
    "seen": "All news is marked as seen.",
    "no_feed": "The private address no longer works.",
    "mail": "Your e-mail address is saved.",
    "no_mail": "You will receive no more digests.",
}
"""Key -> English text; locales/ has the translations."""
