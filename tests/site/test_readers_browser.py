"""Readers in a real browser: a whole visit in English and Arabic, with and without JavaScript."""

import pytest
from conftest import COLORS, axe_findings, follow
from visitors import PASSWORD

pytestmark = pytest.mark.slow

PAPER = "/papers/papers/BJxOHs0cKm"
WORDS = {
    "en": {
        "sign in": "Sign in",
        "read": "Reading",
        "rated": "Your rating is saved.",
        "kept": "Saved in your library.",
        "commented": "Your comment is published.",
        "library": "Library",
        "followed": "You follow this from now on.",
        "following": "Following",
        "sign out": "Sign out",
    },
    "ar": {
        "sign in": "تسجيل الدخول",
        "read": "قيد القراءة",
        "rated": "حُفظ تقييمك.",
        "kept": "حُفظت في مكتبتك.",
        "commented": "نُشر تعليقك.",
        "library": "المكتبة",
        "followed": "صرت تتابع هذا من الآن.",
        "following": "المتابَعات",
        "sign out": "تسجيل الخروج",
    },
}


def sign_in(page, name, words):
    follow(page.locator("header .account a", has_text=words["sign in"]))
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    follow(page.locator("main form button"))


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("language", WORDS)
def test_a_reader_signs_in_rates_comments_lists_follows_exports_and_signs_out(
    visit, readers_site, language, script
):
    words, text = WORDS[language], f"A comment in {language}, {script}"
    page = visit(PAPER, site=readers_site, locale=language, java_script_enabled=script)
    home = page.url.removesuffix(PAPER)
    sign_in(page, "frida", words)
    assert page.url.endswith(PAPER)
    follow(page.locator("form.stars button[value='4']"))
    assert words["rated"] in page.inner_text(".message-info")
    follow(page.locator(".mine form button", has_text=words["read"]))
    assert words["kept"] in page.inner_text(".message-info")
    page.fill("#text", text)
    follow(page.locator("form[action$='/comments'] button"))
    assert words["commented"] in page.inner_text(".message-info")
    assert text in page.inner_text(".comment:target")
    follow(page.locator("header .account a", has_text=words["library"]))
    assert page.locator("article.card").count() == 1
    with page.expect_download() as download:
        page.click(".exports a[href$='.bib']")
    assert "@" in download.value.path().read_text(encoding="utf-8")
    follows_a_search(page, words)
    page.goto(home + PAPER)
    page.click(".mine summary")
    follow(page.locator(".mine button[value='remove']"))
    follow(page.locator("header .account a", has_text="frida"))
    follow(page.locator("main form button", has_text=words["sign out"]))
    assert page.locator("header .account a", has_text=words["sign in"]).count() == 1


def follows_a_search(page, words):
    """Follow a search, see it in the list with a private feed, and follow it no longer."""
    home = page.url.partition("/-/")[0]
    page.goto(f"{home}/papers/search?q=noise&sort=year")
    follow(page.locator("form.follow button"))
    assert words["followed"] in page.inner_text(".message-info")
    page.goto(f"{home}/-/library")
    follow(page.locator(".tabs a", has_text=words["following"]))
    assert page.inner_text("article.card h2 a") == "noise"
    follow(page.locator("#feed form button").first)
    assert "/-/feeds/" in page.inner_text("#feed code")
    follow(page.locator("article.card button[value='end']"))
    assert page.locator("article.card").count() == 0


PAGES = ["/-/login", PAPER, f"{PAPER}/comments", "/-/library", "/-/library/import", "/-/account",
         "/-/account/delete", f"{PAPER}/read?page=1", "/-/moderation",
         "/-/following", "/-/for-you", "/-/programme", "/papers/search?q=noise",
         "/papers/tags/generalization"]  # fmt: skip


@pytest.fixture
def written(visitor):
    """Something of each kind to be shown."""
    bob = visitor("bob")
    number = bob.post(f"{PAPER}/comments", text="*Really*?\n\n> noise").headers["location"]
    visitor("alice").post(
        f"/-/comments/{number.rpartition('-')[2]}/report", reason="Not about the paper"
    )
    mona = visitor("mona")
    for kind, target in (("search", "q=noise"), ("tag", "generalization")):
        mona.post("/-/follow", kind=kind, target=target)
    mona.post("/-/following/mail", address="mona@example.org", language="ar")
    mona.post(f"{PAPER}/library", status="read", tags="to cite, مهم", note="- a\n- b")
    mona.post(f"{PAPER}/comments", text="Yes.", parent=number.rpartition("-")[2])


@pytest.mark.parametrize("language", WORDS)
def test_pages_of_readers_are_accessible_in_light_and_dark_and_fit_every_screen(
    visit, readers_site, written, language
):
    page = visit("/", site=readers_site, locale=language, color_scheme="light")
    sign_in(page, "mona", WORDS[language])
    for path in PAGES:
        page.goto(str(readers_site.base_url).rstrip("/") + path)
        assert page.locator("h1").count() == 1, path
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert axe_findings(page) == [], path
        page.emulate_media(color_scheme="dark")
        assert axe_findings(page, rules=COLORS) == [], path
        page.emulate_media(color_scheme="light")


def test_no_page_of_readers_breaks_its_own_policy(visit, readers_site, written):
    page, refused = visit("/", site=readers_site), []
    sign_in(page, "mona", WORDS["en"])
    page.on("console", lambda m: "Security Policy" in m.text and refused.append(m.text))
    for path in PAGES:
        page.goto(str(readers_site.base_url).rstrip("/") + path)
        page.wait_for_load_state("networkidle")
    assert refused == []
    strict = readers_site.get(f"{PAPER}/comments").headers["content-security-policy"]
    assert "unsafe-inline" not in strict


def test_a_passage_found_by_a_search_is_saved_in_the_reader(visit, readers_site):
    page = visit("/papers/papers/swalp", site=readers_site, java_script_enabled=False)
    sign_in(page, "dora", WORDS["en"])
    page.goto(page.url + "/read?page=1&q=precision")
    if page.locator(".saved-passages:not([open])").count():
        page.click(".saved-passages summary")
    follow(page.locator(".saved-passages form button").first)
    assert page.locator(".saved-passages li.passage").count() >= 1
    assert page.locator("rect.passage").count() >= 1


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_header_with_search_box_and_account_is_one_line_at_1280_px(
    visit, readers_site, language
):
    page = visit(PAPER, site=readers_site, locale=language)
    tops = page.locator("header.site > :visible").evaluate_all(
        "found => found.map(e => e.getBoundingClientRect()).map(box => (box.top + box.bottom) / 2)"
    )
    assert len(tops) >= 5
    assert max(tops) - min(tops) < 10
