"""The languages of the interface; locales/ has the translations."""

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}
"""Code -> name in the language itself."""
