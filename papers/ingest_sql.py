"""The statements of papers/ingest.py, in the order in which they run, all in one transaction."""

# Two ingests at once would lock the same rows in different tables' orders.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('papers.ingest'))"

ORIGINS = """
SELECT paper_id, digest FROM papers_paperorigin WHERE origin = %s AND paper_id = ANY(%s)
"""

CREATE_INCOMING = """
DROP TABLE IF EXISTS pg_temp.incoming, pg_temp.incoming_identifier, pg_temp.incoming_category,
    pg_temp.incoming_announcement, pg_temp.incoming_signal, pg_temp.incoming_version;
CREATE TEMPORARY TABLE incoming (
    id bigint, arxiv_id text, title text, abstract text, authors jsonb, author_line text,
    short_abstract text, primary_category_id text, version smallint, submitted_at timestamptz,
    updated_at timestamptz, announced_on date, comment text, journal_ref text, license text,
    code_url text, project_url text, url text, keywords jsonb, text_source smallint,
    is_withdrawn boolean, seen_on date, digest bigint, found_code_url text,
    found_project_url text, listed_on date
) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_identifier (paper_id bigint, scheme text, value text)
    ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_category (paper_id bigint, code text, is_primary boolean)
    ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_announcement
    (paper_id bigint, category text, announced_on date, kind text) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_signal (paper_id bigint, kind text, observed_on date, value integer)
    ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_version
    (paper_id bigint, version smallint, submitted_at timestamptz, size_bytes integer,
     title text, abstract text)
    ON COMMIT DROP;
"""

# Without the number of its rows the planner would walk all papers. Of one column, for the rest is
# not asked about.
ANALYZE = "ANALYZE incoming (id)"

ADD_CATEGORIES = """
INSERT INTO papers_category (code)
SELECT code FROM incoming_category UNION SELECT category FROM incoming_announcement
ORDER BY 1 ON CONFLICT DO NOTHING
"""

# The text that a newer version is about to replace.
KEEP_OLDER_TEXT = """
INSERT INTO papers_paperversion AS v (paper_id, version, title, abstract)
SELECT p.id, p.version, p.title, p.abstract FROM papers_paper p JOIN incoming i ON i.id = p.id
WHERE i.version > p.version AND i.text_source >= p.text_source
ON CONFLICT (paper_id, version) DO UPDATE SET title = EXCLUDED.title, abstract = EXCLUDED.abstract
WHERE v.title = ''
"""
# From when it was known here: a feed names the newest version only, without the earlier ones.
NOTE_NEWER_VERSION = """
INSERT INTO papers_paperversion (paper_id, version, title, abstract)
SELECT p.id, i.version, '', '' FROM papers_paper p JOIN incoming i ON i.id = p.id
WHERE i.version > p.version AND i.text_source >= p.text_source
ON CONFLICT (paper_id, version) DO NOTHING
"""

# `better`: the incoming text may replace the stored one. An older version's never does.
_BETTER = """(EXCLUDED.text_source >= p.text_source
              AND COALESCE(EXCLUDED.version, 32767) >= COALESCE(p.version, 0))"""


def _text(column: str) -> str:
    return f"""CASE WHEN ({_BETTER} AND EXCLUDED.{column} <> '') OR p.{column} = ''
        THEN EXCLUDED.{column} ELSE p.{column} END"""


def _value(column: str) -> str:
    return f"""CASE WHEN {_BETTER} THEN COALESCE(EXCLUDED.{column}, p.{column})
        ELSE COALESCE(p.{column}, EXCLUDED.{column}) END"""


def _moment(column: str) -> str:
    """A bare day, which is midnight UTC, does not replace a moment of that day."""
    is_bare_day = (
        f"EXCLUDED.{column} = date_trunc('day', p.{column}, 'UTC')"
        f" AND EXCLUDED.{column} <> p.{column}"
    )
    return f"CASE WHEN {is_bare_day} THEN p.{column} ELSE {_value(column)} END"


_TEXTS = ("title", "abstract", "author_line", "short_abstract", "comment", "journal_ref")
_LINKS = ("license", "url")
_MERGED = {
    "arxiv_id": "COALESCE(p.arxiv_id, EXCLUDED.arxiv_id)",
    **{column: _text(column) for column in (*_TEXTS, *_LINKS)},
    **{column: _moment(column) for column in ("submitted_at", "updated_at")},
    "primary_category_id": _value("primary_category_id"),
    # An unknown list of authors is empty, and the line made from it too.
    "authors": f"""CASE WHEN ({_BETTER} AND EXCLUDED.author_line <> '') OR p.author_line = ''
        THEN EXCLUDED.authors ELSE p.authors END""",
    # Said outright by any source, it counts more than what was found in the text.
    **{
        column: f"COALESCE(NULLIF(EXCLUDED.{column}, ''), p.{column})"
        for column in ("code_url", "project_url")
    },
    "keywords": """CASE WHEN EXCLUDED.keywords <> '[]'::jsonb THEN EXCLUDED.keywords
        ELSE p.keywords END""",
    "version": "GREATEST(p.version, EXCLUDED.version)",
    "announced_on": "LEAST(p.announced_on, EXCLUDED.announced_on)",
    "text_source": "GREATEST(p.text_source, EXCLUDED.text_source)",
}
_COLUMNS = ", ".join(_MERGED)

# A row that would stay as it is is not written: it gets no new changed_xid, is not indexed again,
# and is not returned.
UPSERT_PAPERS = f"""
INSERT INTO papers_paper AS p (id, {_COLUMNS})
SELECT id, {_COLUMNS} FROM incoming
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{c} = {e}" for c, e in _MERGED.items())}
WHERE ({", ".join(f"p.{c}" for c in _MERGED)}) IS DISTINCT FROM ({", ".join(_MERGED.values())})
RETURNING id, (xmax = 0)
"""  # noqa: S608 - made of this module's own constants

# Links found in comment and abstract fill gaps.
_FILL_LINKS = """
UPDATE papers_paper p SET
    code_url = COALESCE(NULLIF(p.code_url, ''), i.found_code_url),
    project_url = COALESCE(NULLIF(p.project_url, ''), i.found_project_url)
FROM incoming i
WHERE p.id = i.id AND ((p.code_url = '' AND i.found_code_url <> '')
    OR (p.project_url = '' AND i.found_project_url <> ''))
"""

# Anybody may say that the version that is stored was withdrawn; that it was not, or is back, only
# who is no lesser source than that of the text.
_WITHDRAW = """
UPDATE papers_paper p SET withdrawn_at =
    CASE WHEN i.is_withdrawn THEN COALESCE(i.updated_at, i.seen_on::timestamptz) END
FROM incoming i
WHERE p.id = i.id AND i.is_withdrawn IS DISTINCT FROM (p.withdrawn_at IS NOT NULL)
  AND i.is_withdrawn IS NOT NULL AND (i.is_withdrawn OR i.text_source >= p.text_source)
  AND COALESCE(i.version, 32767) >= COALESCE(p.version, 0)
"""

_ADD_IDENTIFIERS = """
INSERT INTO papers_paperidentifier (paper_id, scheme, value)
SELECT paper_id, scheme, value FROM incoming_identifier
ORDER BY 2, 3 ON CONFLICT DO NOTHING
"""

# Only arXiv's own word takes a category away, and not that of an older version.
_REMOVE_CATEGORIES = """
DELETE FROM papers_papercategory pc USING incoming i
WHERE pc.paper_id = i.id AND i.text_source >= 4
  AND i.primary_category_id IS NOT NULL
  AND COALESCE(i.version, 32767) >= (SELECT COALESCE(version, 0) FROM papers_paper
                                      WHERE id = i.id)
  AND NOT EXISTS (SELECT FROM incoming_category c
                  WHERE c.paper_id = i.id AND c.code = pc.category_id)
"""

_ADD_PAPER_CATEGORIES = """
INSERT INTO papers_papercategory (paper_id, category_id)
SELECT paper_id, code FROM incoming_category
ON CONFLICT DO NOTHING
"""

_ADD_ANNOUNCEMENTS = """
INSERT INTO papers_announcement (paper_id, category_id, announced_on, kind)
SELECT paper_id, category, announced_on, kind FROM incoming_announcement
ON CONFLICT DO NOTHING
"""

_ADD_VERSIONS = """
INSERT INTO papers_paperversion AS v
    (paper_id, version, submitted_at, size_bytes, title, abstract)
SELECT paper_id, version, submitted_at, size_bytes, '', '' FROM incoming_version
ON CONFLICT (paper_id, version) DO UPDATE SET
    submitted_at = COALESCE(EXCLUDED.submitted_at, v.submitted_at),
    size_bytes = COALESCE(EXCLUDED.size_bytes, v.size_bytes)
WHERE (v.submitted_at, v.size_bytes) IS DISTINCT FROM
    (COALESCE(EXCLUDED.submitted_at, v.submitted_at), COALESCE(EXCLUDED.size_bytes, v.size_bytes))
"""

# Texts older than the stored one, which came late or beside a newer one.
_KEEP_LATE_TEXT = """
INSERT INTO papers_paperversion AS v (paper_id, version, title, abstract)
SELECT p.id, late.version, late.title, late.abstract
FROM (SELECT id, version, title, abstract FROM incoming
      UNION ALL
      SELECT paper_id, version, title, abstract FROM incoming_version WHERE title <> '') late
JOIN papers_paper p ON p.id = late.id JOIN incoming i ON i.id = p.id
WHERE late.version < p.version AND i.text_source >= p.text_source
ON CONFLICT (paper_id, version) DO UPDATE SET title = EXCLUDED.title, abstract = EXCLUDED.abstract
WHERE v.title = ''
"""

# From when Hugging Face's readers could see it.
NOTE_LISTED = """
UPDATE papers_paperstats s SET listed_on = GREATEST(s.listed_on, i.listed_on)
FROM incoming i WHERE s.paper_id = i.id AND i.listed_on > COALESCE(s.listed_on, '-infinity')
"""

WRITE_THE_REST = (
    _ADD_IDENTIFIERS,
    _ADD_PAPER_CATEGORIES,
    _ADD_ANNOUNCEMENTS,
    _ADD_VERSIONS,
)
# Nothing of this concerns papers that are all new, unless ingest_rows.Incoming says so.
MEND = (_FILL_LINKS, _WITHDRAW, _REMOVE_CATEGORIES, _KEEP_LATE_TEXT)

# Written last: only what is stored counts as said before.
ADD_ORIGINS = """
INSERT INTO papers_paperorigin AS o (paper_id, origin, digest)
SELECT id, %s, digest FROM incoming
ON CONFLICT (paper_id, origin) DO UPDATE SET digest = EXCLUDED.digest
WHERE o.digest <> EXCLUDED.digest
"""

WITHDRAW_DELETED = """
UPDATE papers_paper SET withdrawn_at = %s WHERE arxiv_id = ANY(%s) AND withdrawn_at IS NULL
RETURNING id
"""

# Should such a paper come back, its source's next word counts though it be the last one again.
FORGET_ORIGINS = "UPDATE papers_paperorigin SET digest = 0 WHERE paper_id = ANY(%s)"
