create table follows (
  follow_id integer primary key autoincrement,
  reader_id integer not null references readers on delete cascade,
  kind text not null check (kind in ('search', 'tag', 'author', 'term', 'cited_work', 'session')),
  target text not null,       -- the id of the row; of a search, its arguments as in an address
  title text not null,        -- when it was last here
  state text not null check (state in ('', 'gone', 'broad')),
  added text not null,
  build text not null,        -- the build that it was last compared with
  known text not null,        -- ids of the papers that were found and seen, a JSON list
  more integer not null default 0, -- news beyond those that are kept
  unique (reader_id, kind, target)
) strict;

create table news (           -- papers that a follow found since they were last seen
  follow_id integer not null references follows on delete cascade,
  paper_id text not null references papers,
  found text not null,
  mailed text,                -- when a digest had it
  primary key (follow_id, paper_id)
) strict, without rowid;

create table mail_settings (
  reader_id integer primary key references readers on delete cascade,
  address text not null,
  language text not null,
  changed text not null
) strict;

create table secrets (        -- addresses that need no sign-in; the address itself is not stored
  hash text primary key,      -- SHA-256 of the secret in the address
  reader_id integer not null references readers on delete cascade,
  purpose text not null check (purpose in ('feed', 'unsubscribe')),
  created text not null
) strict, without rowid;
create index secrets_by_reader on secrets (reader_id, purpose);
