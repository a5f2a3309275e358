"""Questions and quotations in a real browser, in three languages, with and without JavaScript."""

import re

import fake_llm
import pytest
import yaml
from conftest import ROOT, axe_findings, follow, serve, visiting

QUESTION = "Does dropout restore the effect of importance weights?"
QUOTATION = "If training data come from p and the model will be used on q, multi-\nply the loss"
WORDS = {
    "en": ("Ask the papers", "Whose sentence is this?", "Exactly as quoted",
           "Answer from the papers", "Write an answer"),
    "fr": ("Interroger les articles", "De qui est cette phrase ?", "Exactement comme cité",
           "Répondre à partir des articles", "Rédiger une réponse"),
    "ar": ("اسأل الأوراق", "لمن هذه الجملة؟", "كما في الاقتباس تمامًا",
           "أجب من الأوراق", "اكتب جوابًا"),
}  # fmt: skip


@pytest.fixture(scope="module")
def prose_site(sample_db, tmp_path_factory):
    """The sample with a fake language model, which the server finds as an installed package."""
    pytest.importorskip("llm", reason="needs llm: pip install -r requirements-dev.txt")
    packages = tmp_path_factory.mktemp("packages")
    fake_llm.install(packages)
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    metadata["plugins"]["papersette-ask"] = {"model": "papersette-quoting"}
    path = packages / "metadata.yml"
    path.write_text(yaml.safe_dump(metadata, allow_unicode=True), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(packages), prepend=":")
        with serve(sample_db, tmp_path_factory.mktemp("prosesite"), metadata=path) as client:
            yield client


@pytest.fixture
def visit_prose(browser, prose_site):
    with visiting(browser, prose_site) as visit:
        yield visit


@pytest.mark.parametrize("language", WORDS)
def test_a_question_leads_to_the_page_that_answers(visit, language):
    title, _, _, link, _ = WORDS[language]
    page = visit(f"/papers/search?q={QUESTION}", locale=language)
    follow(page.get_by_role("link", name=link))
    assert page.locator("h1").inner_text() == title
    assert "dropout does not" in page.locator("#passage-1 blockquote").inner_text().lower()
    assert axe_findings(page) == []
    follow(page.locator("#passage-1 a.page"))
    assert re.search(r"/importance-weighting/read\?page=1&", page.url)
    assert page.locator("#passage").count() == 1


@pytest.mark.parametrize("language", WORDS)
def test_a_pasted_quotation_leads_to_its_page(visit, language):
    _, title, exact, _, _ = WORDS[language]
    page = visit("/papers/whose", locale=language)
    assert page.locator("h1").inner_text() == title
    page.locator("textarea").fill(QUOTATION)
    follow(page.locator("main form button"))
    assert page.locator("h2.kind").inner_text() == exact
    assert page.locator("textarea").input_value() == QUOTATION
    assert axe_findings(page) == []
    follow(page.locator("[data-kind=exact] a.page"))
    assert "/importance-weighting/read?page=1&" in page.url


@pytest.mark.parametrize("language", WORDS)
def test_an_answer_is_written_by_a_button_alone(visit_prose, language):
    page = visit_prose(f"/papers/ask?q={QUESTION}", locale=language)
    assert page.locator("#prose").count() == 0
    follow(page.get_by_role("button", name=WORDS[language][4]))
    assert page.locator(".prose-answer a.cites").count() == 2
    assert axe_findings(page) == []
    page.locator(".prose-answer a.cites").first.click()
    assert page.url.endswith("#passage-1")


def test_all_of_it_works_without_javascript(visit_prose):
    page = visit_prose("/papers/ask", java_script_enabled=False)
    page.locator("#question").fill(QUESTION)
    follow(page.locator("main form button"))
    follow(page.get_by_role("button", name="Write an answer"))
    assert page.locator(".prose-answer a.cites").count() == 2
    assert page.locator(".quotations li").count() >= 2


@pytest.mark.parametrize(
    "path", ["/papers/ask?q=" + QUESTION, "/papers/whose?text=" + "Dropout does not. " * 4]
)
def test_the_pages_fit_a_telephone_in_arabic(visit, path):
    page = visit(path, locale="ar", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
