"""Template functions for the programme, and for a reading list as a personal programme."""

from babel.dates import get_timezone, get_timezone_name
from datasette import hookimpl

from papersette.site.programme import to_blocks, to_date, to_programme, to_zone


@hookimpl
def extra_template_vars():
    return {
        "to_programme": to_programme,
        "to_personal_days": to_personal_days,
        "zone_name": zone_name,
    }


def zone_name(zone, moment, language):
    """Return the name of a time zone at a moment, in words, in a language."""
    if zone is None or moment is None:
        return ""
    return get_timezone_name(moment.astimezone(get_timezone(zone)), locale=language)


def to_personal_days(rows):
    """Group sessions by venue and day, as [{venue, day, blocks}].

    Sessions without a date are left out. The times are those of each venue.
    """
    groups = {}
    for row in rows:
        if day := to_date(row["start"]):
            groups.setdefault((row["venue"], day), []).append(row)
    return [
        {"venue": venue, "day": day, "blocks": to_blocks(sessions, to_zone(sessions))}
        for (venue, day), sessions in sorted(groups.items())
    ]
