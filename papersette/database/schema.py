"""The schema of papers.db: tables, views and full-text indexes.

Every table and column is described in metadata.yml, which a test checks. docs/design.md explains
the design.
"""

PAGES_PER_PAPER = 10_000
"""page_id = papers.number * PAGES_PER_PAPER + page, so that division gives a page's paper."""

SCHEMA = """
pragma user_version = 3; -- SCHEMA_VERSION
create table venues (
    venue_id text primary key,
    name text not null,
    year integer,
    kind text,
    url text,
    timezone text,
    event text,
    location text,
    dates text,
    editors text,
    publisher text
);

create table works (
    work_id text primary key,
    title text not null,
    paper_count integer not null
);

create table papers (
    paper_id text primary key,
    title text,
    authors text,
    tldr text,
    tags text,
    abstract text,
    venue_id text not null references venues(venue_id),
    work_id text not null references works(work_id),
    year integer,
    published text,
    decision text,
    language text,
    doi text,
    volume text,
    issue text,
    pages text,
    license text,
    url text,
    pdf_url text,
    citation_key text not null unique,
    page_count integer not null,
    word_count integer not null,
    rating real,
    top_percent integer,
    cited_by integer,
    text_quality real,
    item text,
    file text,
    file_sha256 text,
    number integer not null unique
);

create table sessions (
    session_id text primary key,
    venue_id text not null references venues(venue_id),
    title text not null,
    kind text,
    start text,
    finish text,
    room text,
    position integer not null
);

create table session_papers (
    session_id text not null references sessions(session_id),
    paper_id text not null references papers(paper_id),
    position integer not null,
    primary key (session_id, paper_id)
);

create table authors (
    author_id text primary key,
    name text not null,
    paper_count integer not null,
    spellings text
);

create table authorships (
    paper_id text not null references papers(paper_id),
    author_id text not null references authors(author_id),
    position integer not null,
    name text not null,
    affiliation text,
    member integer not null,
    orcid text,
    family text,
    primary key (paper_id, position)
);

create table tags (
    tag_id text primary key,
    tag text not null,
    paper_count integer not null
);

create table paper_tags (
    paper_id text not null references papers(paper_id),
    tag_id text not null references tags(tag_id),
    spelling text not null,
    origin text not null,
    score real,
    primary key (paper_id, tag_id)
);

create table terms (
    term_id text primary key,
    name text not null,
    kind text not null,
    origin text not null,
    paper_count integer not null,
    spellings text
);

create table mentions (
    paper_id text not null references papers(paper_id),
    term_id text not null references terms(term_id),
    count integer not null,
    first_page integer not null,
    evidence text not null,
    primary key (paper_id, term_id)
);

create table cited_works (
    cited_work_id text primary key,
    title text not null,
    authors text,
    year integer,
    citing_count integer not null,
    paper_id text references papers(paper_id)
);

create table citations (
    citation_id integer primary key,
    paper_id text not null references papers(paper_id),
    position integer not null,
    page integer,
    raw text not null,
    title text,
    year integer,
    venue text,
    doi text,
    arxiv_id text,
    cited_work_id text references cited_works(cited_work_id),
    unique (paper_id, position)
);

create table code_links (
    paper_id text not null references papers(paper_id),
    position integer not null,
    url text not null,
    page integer not null,
    evidence text,
    primary key (paper_id, position)
);

create table cited_names (
    name_id text primary key,
    name text not null,
    citing_count integer not null
);

create table cited_authors (
    citation_id integer not null references citations(citation_id),
    position integer not null,
    name_id text not null references cited_names(name_id),
    primary key (citation_id, position)
) without rowid;

create table related (
    paper_id text not null references papers(paper_id),
    other_id text not null references papers(paper_id),
    rank integer not null,
    score real not null,
    terms text,
    shared_citations integer not null,
    primary key (paper_id, other_id)
);

create table related_aspects (
    paper_id text not null references papers(paper_id),
    other_id text not null references papers(paper_id),
    aspect text not null,
    rank integer not null,
    score real not null,
    terms text not null,
    primary key (paper_id, aspect, rank)
);

create table paper_map (
    paper_id text primary key references papers(paper_id),
    x real not null,
    y real not null,
    region text
);

create table tag_suggestions (
    tag_id text not null references tags(tag_id),
    other_tag_id text not null references tags(tag_id),
    ratio real not null,
    primary key (tag_id, other_tag_id)
);

create table pages (
    page_id integer primary key,
    paper_id text not null references papers(paper_id),
    page integer not null,
    body text,
    refs text,
    engine text not null,
    unique (paper_id, page)
);

create table sections (
    paper_id text not null references papers(paper_id),
    position integer not null,
    number text not null,
    heading text not null,
    page integer not null,
    primary key (paper_id, position)
);

create table section_pages (
    kind text not null,
    page_id integer not null references pages(page_id),
    primary key (kind, page_id)
) without rowid;

create table versions (
    paper_id text not null references papers(paper_id),
    other_id text not null references papers(paper_id),
    verdict text not null,
    reason text not null,
    title_ratio real,
    abstract_similarity real,
    shared_authors integer,
    primary key (paper_id, other_id)
);

create table alternate_values (
    paper_id text not null references papers(paper_id),
    field text not null,
    source text not null,
    value text not null,
    used integer not null,
    primary key (paper_id, field, source)
);

create table reviews (
    paper_id text not null references papers(paper_id),
    position integer not null,
    rating real,
    confidence real,
    reviewer text,
    title text,
    text text,
    primary key (paper_id, position)
);

create table sources (
    position integer primary key,
    source text not null,
    kind text not null,
    items integer not null,
    papers integer not null,
    completed integer not null,
    skipped integer not null,
    lost integer not null
);

create table changes (
    change_id integer primary key,
    started text not null,
    paper_id text not null,
    change text not null,
    fields text,
    title text
);

create table facets (
    facet_id integer primary key,
    facet text not null,
    value text not null,
    label text not null,
    slug text not null,
    paper_count integer not null,
    unique (facet, value)
);

create table paper_facets (
    facet_id integer not null references facets(facet_id),
    number integer not null references papers(number),
    occurrences integer not null,
    primary key (facet_id, number)
) without rowid;

create table words (
    word text primary key,
    papers integer not null
) without rowid;

create table evaluation (
    measure text primary key,
    value real not null,
    about text not null
);

create table problems (
    problem_id integer primary key,
    paper_id text references papers(paper_id),
    source text not null,
    item text not null,
    stage text not null,
    reason text not null,
    lost integer not null
);

create table builds (
    build_id integer primary key,
    catalog text not null,
    title text not null,
    notice text,
    started text not null,
    seconds real,
    fingerprint text,
    papers integer,
    works integer,
    authors integer,
    tags integer,
    pages integer,
    words integer,
    problems integer,
    lost integer,
    papersette text not null,
    python text not null,
    sqlite text not null
);

create table site (
    site_id integer primary key check (site_id = 1),
    title text not null,
    tagline text,
    accent text,
    intro text,
    licence text,
    contact text,
    language text,
    featured_queries text,
    featured_charts text,
    footer_links text,
    logo_type text,
    logo blob
);

create index papers_venue on papers(venue_id, year);
create index mentions_term on mentions(term_id);
create index citations_work on citations(cited_work_id);
create index citations_arxiv on citations(arxiv_id) where arxiv_id is not null;
create index citations_doi on citations(lower(doi)) where doi is not null;
create index cited_authors_name on cited_authors(name_id);
create index cited_works_paper on cited_works(paper_id);
create index related_other on related(other_id);
create index related_aspects_other on related_aspects(other_id);
create index papers_work on papers(work_id);
create index papers_year on papers(year);
create index papers_decision on papers(decision);
create index papers_language on papers(language);
create index authorships_author on authorships(author_id);
create index paper_tags_tag on paper_tags(tag_id);
create index session_papers_paper on session_papers(paper_id);
create index sessions_venue on sessions(venue_id);
create index problems_paper on problems(paper_id);
create index paper_facets_number on paper_facets(number);
create index versions_other on versions(other_id);

create view ratings as
with rated as (
    select paper_id, papers.venue_id, count(*) as reviews, round(avg(reviews.rating), 2) as rating,
        round(avg(reviews.confidence), 2) as confidence
    from reviews
    join papers using (paper_id)
    where reviews.rating is not null
    group by paper_id
)
select *, rank() over by_rating as rank, count(*) over (partition by venue_id) as rated,
    cast(ceil(100.0 * rank() over by_rating / count(*) over (partition by venue_id)) as integer)
        as top_percent
from rated
window by_rating as (partition by venue_id order by rating desc);

create view venue_years as
with named as (
    select number, paper_id, venue_id, papers.year, venues.name || iif(
        papers.year is null or instr(venues.name, papers.year), '', ', ' || papers.year) as name
    from papers
    join venues using (venue_id)
),
charted as (select count(distinct name) <= 24 as by_venue from named)
select number, paper_id, iif(by_venue, name, coalesce(cast(year as text), '–')) as venue_year,
    iif(by_venue, venue_id, null) as venue_id, year
from named
join charted;

create view paper_texts as
select papers.number, papers.paper_id, papers.title, papers.abstract, papers.tldr, papers.tags,
    papers.authors, venues.name as venue, papers.year,
    (select group_concat(body, char(10)) from (
        select body from pages where pages.paper_id = papers.paper_id order by page)) as body,
    (select group_concat(refs, char(10)) from (
        select refs from pages where pages.paper_id = papers.paper_id order by page)) as refs
from papers
join venues using (venue_id);
"""

UPDATE_PROBLEM_COUNT = """
update builds set problems = (select count(*) from problems)
where build_id = (select max(build_id) from builds)
"""

UPDATE_RATINGS = """
update papers set (rating, top_percent) = (
    select rating, top_percent from ratings where ratings.paper_id = papers.paper_id)
where paper_id in (select paper_id from reviews where rating is not null)
"""

TEXT_INDEXES = {
    "pages_fts": """
        create virtual table pages_fts using fts5(
            body, refs,
            content="pages", content_rowid="page_id",
            tokenize="unicode61 remove_diacritics 2 tokenchars 'SIGNS'");""",
    "papers_text_fts": """
        create virtual table papers_text_fts using fts5(
            title, abstract, tldr, tags, authors, venue, year, body, refs,
            content="paper_texts", content_rowid="number",
            tokenize="unicode61 remove_diacritics 2 tokenchars 'SIGNS'");""",
}
"""The scripts that create the full-text indexes of the papers' texts, by name."""

FILL_TEXT_INDEXES = {
    "pages_fts": """
        insert into pages_fts(pages_fts, rank)
        values ('automerge', 0), ('crisismerge', 1000);
        insert into pages_fts(rowid, body, refs)
        select page_id, fold(body), fold(refs) from pages;
        insert into pages_fts(pages_fts) values ('optimize');""",
    "papers_text_fts": """
        insert into papers_text_fts(papers_text_fts, rank)
        values ('automerge', 0), ('crisismerge', 1000);
        insert into papers_text_fts(
            rowid, title, abstract, tldr, tags, authors, venue, year, body, refs)
        select number, fold(title), fold(abstract), fold(tldr), fold(tags), fold(authors),
            fold(venue), year, fold(body), fold(refs)
        from paper_texts;
        insert into papers_text_fts(papers_text_fts) values ('optimize');""",
}
"""The scripts that fill them.

The indexes contain `fold`ed text, so that Arabic is found in any spelling but shown as written;
FTS5's own 'rebuild' would not fold. The segments of an index are merged once, at the end, and not
while it grows, https://sqlite.org/fts5.html#the_automerge_configuration_option: that saves a fifth
of the time. SIGNS is replaced by the Arabic vowel signs, which are parts of words.
"""

FILL_WORDS = """
create virtual table temp.paper_terms using fts5vocab(main, papers_text_fts, row);
insert into words
select term, doc from temp.paper_terms
where doc >= 2 and length(term) between 4 and 24 and term not glob '*[0-9_]*';
drop table temp.paper_terms;
"""

COPY_TEXT_INDEXES = """
delete from pages_fts_data;
delete from pages_fts_idx;
delete from pages_fts_docsize;
delete from papers_text_fts_data;
delete from papers_text_fts_idx;
delete from papers_text_fts_docsize;
insert into pages_fts_data select * from filled.pages_fts_data;
insert into pages_fts_idx select * from filled.pages_fts_idx;
insert into pages_fts_docsize select * from filled.pages_fts_docsize;
insert into papers_text_fts_data select * from filled.papers_text_fts_data;
insert into papers_text_fts_idx select * from filled.papers_text_fts_idx;
insert into papers_text_fts_docsize select * from filled.papers_text_fts_docsize;
insert into words select * from filled.words;
update papers set text_quality = scored.text_quality
from filled.papers as scored where scored.number = papers.number;
"""
"""Takes what was written into a copy, the attached database `filled`. All of an FTS5 index is in
its shadow tables, https://sqlite.org/fts5.html#fts5_data_structures. CHECK_TEXT_INDEXES has checked
them there."""

INDEXES = {
    "authors_fts": """
        create virtual table authors_fts using fts5(
            name,
            content="authors",
            tokenize="unicode61 remove_diacritics 2 tokenchars 'SIGNS'");
        insert into authors_fts(rowid, name) select rowid, fold(name) from authors;""",
    "tags_fts": """
        create virtual table tags_fts using fts5(
            tag,
            content="tags",
            tokenize="porter unicode61 remove_diacritics 2 tokenchars 'SIGNS'");
        insert into tags_fts(rowid, tag) select rowid, fold(tag) from tags;""",
    "statistics": "analyze;",
}
"""The scripts that create and fill the other indexes, by name."""

CHECK_TEXT_INDEXES = """
insert into pages_fts(pages_fts) values ('integrity-check');
insert into papers_text_fts(papers_text_fts) values ('integrity-check');
"""
CHECKS = """
insert into authors_fts(authors_fts) values ('integrity-check');
insert into tags_fts(tags_fts) values ('integrity-check');
"""
"""Statements that raise if a full-text index is inconsistent."""
