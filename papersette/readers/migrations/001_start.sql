-- Times are ISO 8601 in UTC, "2026-11-30T12:00:00Z"; days are "2026-11-30".

create table readers (
  reader_id integer primary key autoincrement,
  actor text not null unique, -- as the login names them: "alice", "github:123"
  name text not null,         -- shown beside comments
  created text not null
) strict;

create table papers (         -- those that any row below refers to
  paper_id text primary key,
  title text not null,        -- when it was last here
  gone text                   -- since when the publication has no such paper
) strict;

create table library (
  reader_id integer not null references readers on delete cascade,
  paper_id text not null references papers,
  status text not null check (status in ('to-read', 'reading', 'read')),
  note text not null default '',
  added text not null,
  changed text not null,
  primary key (reader_id, paper_id)
) strict, without rowid;

create table tags (
  reader_id integer not null,
  paper_id text not null,
  tag text not null,
  primary key (reader_id, paper_id, tag),
  foreign key (reader_id, paper_id) references library on delete cascade
) strict, without rowid;

create table highlights (
  highlight_id integer primary key autoincrement,
  reader_id integer not null references readers on delete cascade,
  paper_id text not null references papers,
  page integer not null,
  quote text not null,        -- with "check", the parts of the link to the passage
  "check" text not null,
  passage text not null,
  note text not null default '',
  added text not null,
  unique (reader_id, paper_id, quote, "check")
) strict;

create table ratings (
  paper_id text not null references papers,
  reader_id integer not null references readers on delete cascade,
  stars integer not null check (stars between 1 and 5),
  changed text not null,
  primary key (paper_id, reader_id)
) strict, without rowid;
create index ratings_by_reader on ratings (reader_id);

create table comments (
  comment_id integer primary key autoincrement,
  paper_id text not null references papers,
  reader_id integer references readers on delete set null, -- null: the account was deleted
  parent_id integer references comments,                  -- the comment that this one answers
  text text not null,         -- Markdown; '' once it is removed
  created text not null,
  edited text,
  removed text,               -- by its author
  hidden text,                -- by a moderator
  hidden_by integer references readers on delete set null,
  hidden_reason text
) strict;
create index comments_by_paper on comments (paper_id, comment_id);
create index comments_by_reader on comments (reader_id);
create index comments_by_parent on comments (parent_id);

create table reports (
  comment_id integer not null references comments on delete cascade,
  reader_id integer not null references readers on delete cascade,
  reason text not null,
  created text not null,
  settled text,               -- when a moderator decided
  primary key (comment_id, reader_id)
) strict, without rowid;

create table views (
  paper_id text not null references papers,
  day text not null,
  views integer not null,
  primary key (paper_id, day)
) strict, without rowid;

create view comments_with_authors as
select comment_id, comments.paper_id, title, parent_id, text, comments.created, edited, removed, hidden,
  hidden_reason, comments.reader_id, readers.name as author,
  (select count(*) from reports
    where reports.comment_id = comments.comment_id and settled is null) as reports
from comments join papers using (paper_id) left join readers using (reader_id);
