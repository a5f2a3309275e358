"""Gives templates the publication's name and look as `site`; serves its style sheet and logo."""

from datasette import NotFound, Response, hookimpl

from papersette.site.entity_tags import is_known
from papersette.site.own_name import LOGO, STYLE_SHEET, CurrentSite, site_of, to_version

CACHED = {"Cache-Control": "max-age=3600"}
LOGO_HEADERS = CACHED | {
    # An SVG that is opened as a page must run no scripts and load nothing.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
}


@hookimpl
def prepare_jinja2_environment(env, datasette):
    """Provide `site` for pages without the template variables of a request, such as error pages."""
    env.globals["site"] = CurrentSite(datasette)


@hookimpl
def extra_template_vars(datasette):
    return {"site": site_of(datasette)}


@hookimpl
def register_routes():
    return [(rf"^{STYLE_SHEET}$", serve_css), (rf"^{LOGO}$", serve_logo)]


async def serve_css(datasette, request):
    """Return the style sheet of the accent colour; it is empty without one."""
    css = site_of(datasette).css
    return answer(request, css.encode(), "text/css; charset=utf-8", CACHED)


async def serve_logo(datasette, request):
    """Return the logo."""
    logo = site_of(datasette).logo
    if logo is None:
        raise NotFound("This site has no logo")
    return answer(request, logo[1], logo[0], LOGO_HEADERS)


def answer(request, content, media_type, headers):
    """Return a file, or status 304 if the browser already has it."""
    tag = f'"{to_version(content)}"'
    headers = headers | {"ETag": tag}
    if is_known(request, tag):
        return Response(b"", status=304, headers=headers, content_type=media_type)
    return Response(content, headers=headers, content_type=media_type)
