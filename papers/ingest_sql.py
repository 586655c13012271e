"""The statements of papers/ingest.py, in the order in which they run, all in one transaction."""

# Two ingests at once would lock the same rows in different tables' orders.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('papers.ingest'))"

CREATE_INCOMING = """
DROP TABLE IF EXISTS pg_temp.incoming, pg_temp.incoming_category, pg_temp.incoming_announcement,
    pg_temp.incoming_signal, pg_temp.stored;
CREATE TEMPORARY TABLE incoming (
    arxiv_id text, title text, abstract text, authors jsonb, author_line text,
    short_abstract text, primary_category_id text, version smallint, submitted_at timestamptz,
    updated_at timestamptz, announced_on date, comment text, journal_ref text, license text,
    code_url text, project_url text, doi text, text_source smallint
) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_category (arxiv_id text, code text, is_primary boolean)
    ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_announcement
    (arxiv_id text, category text, announced_on date, kind text) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_signal (arxiv_id text, kind text, observed_on date, value integer)
    ON COMMIT DROP;
"""

ADD_CATEGORIES = """
INSERT INTO papers_category (code)
SELECT code FROM incoming_category UNION SELECT category FROM incoming_announcement
ORDER BY 1 ON CONFLICT DO NOTHING
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


_TEXTS = ("title", "abstract", "author_line", "short_abstract", "comment", "journal_ref")
_LINKS = ("license", "code_url", "project_url")
_VALUES = ("primary_category_id", "submitted_at", "updated_at")
_MERGED = {
    **{column: _text(column) for column in (*_TEXTS, *_LINKS)},
    **{column: _value(column) for column in _VALUES},
    # An unknown list of authors is empty, and the line made from it too.
    "authors": f"""CASE WHEN ({_BETTER} AND EXCLUDED.author_line <> '') OR p.author_line = ''
        THEN EXCLUDED.authors ELSE p.authors END""",
    "version": "GREATEST(p.version, EXCLUDED.version)",
    "announced_on": "LEAST(p.announced_on, EXCLUDED.announced_on)",
    "text_source": "GREATEST(p.text_source, EXCLUDED.text_source)",
}
_COLUMNS = ", ".join(["arxiv_id", *_MERGED])

# A row that would stay as it is is not written: it gets no new changed_xid, is not indexed again,
# and is not returned.
UPSERT_PAPERS = f"""
INSERT INTO papers_paper AS p ({_COLUMNS})
SELECT {_COLUMNS} FROM incoming
ON CONFLICT (arxiv_id) DO UPDATE SET {", ".join(f"{c} = {e}" for c, e in _MERGED.items())}
WHERE ({", ".join(f"p.{c}" for c in _MERGED)}) IS DISTINCT FROM ({", ".join(_MERGED.values())})
RETURNING (xmax = 0)
"""  # noqa: S608 - made of this module's own constants

# By a list of ids, since joining `incoming`, of which the planner knows nothing, reads all papers.
FIND_STORED = """
CREATE TEMPORARY TABLE stored ON COMMIT DROP AS
SELECT id, arxiv_id FROM papers_paper WHERE arxiv_id = ANY(%s)
"""

_ADD_IDENTIFIERS = """
INSERT INTO papers_paperidentifier (paper_id, scheme, value)
SELECT p.id, 'arxiv', i.arxiv_id FROM incoming i JOIN stored p USING (arxiv_id)
UNION ALL
SELECT p.id, 'doi', i.doi FROM incoming i JOIN stored p USING (arxiv_id) WHERE i.doi <> ''
ORDER BY 2, 3 ON CONFLICT DO NOTHING
"""

# Only arXiv's own word takes a category away, and not that of an older version.
_REMOVE_CATEGORIES = """
DELETE FROM papers_papercategory pc USING incoming i, stored p
WHERE p.arxiv_id = i.arxiv_id AND pc.paper_id = p.id AND i.text_source >= 4
  AND i.primary_category_id IS NOT NULL
  AND COALESCE(i.version, 32767) >= (SELECT COALESCE(version, 0) FROM papers_paper
                                      WHERE id = p.id)
  AND NOT EXISTS (SELECT FROM incoming_category c
                  WHERE c.arxiv_id = i.arxiv_id AND c.code = pc.category_id)
"""

_ADD_PAPER_CATEGORIES = """
INSERT INTO papers_papercategory (paper_id, category_id)
SELECT p.id, c.code FROM incoming_category c JOIN stored p USING (arxiv_id)
ON CONFLICT DO NOTHING
"""

_ADD_ANNOUNCEMENTS = """
INSERT INTO papers_announcement (paper_id, category_id, announced_on, kind)
SELECT p.id, a.category, a.announced_on, a.kind
FROM incoming_announcement a JOIN stored p USING (arxiv_id)
ON CONFLICT DO NOTHING
"""

_ADD_STATS = """
INSERT INTO papers_paperstats
    (paper_id, votes, saves, popularity, newness, score, risen_step)
SELECT p.id, 0, 0, 0, 0, 0, 0 FROM incoming JOIN stored p USING (arxiv_id)
ON CONFLICT DO NOTHING
"""

_ADD_SIGNALS = """
INSERT INTO papers_signal AS s (paper_id, kind, observed_on, value)
SELECT p.id, i.kind, i.observed_on, i.value
FROM incoming_signal i JOIN stored p USING (arxiv_id)
ON CONFLICT (paper_id, kind, observed_on) DO UPDATE SET value = EXCLUDED.value
WHERE s.value <> EXCLUDED.value
"""

_LATEST_SIGNALS = """
UPDATE papers_paperstats s SET upvotes = l.upvotes, comments = l.comments, stars = l.stars
FROM (
    SELECT paper_id, max(value) FILTER (WHERE kind = 'hf_upvotes') AS upvotes,
        max(value) FILTER (WHERE kind = 'hf_comments') AS comments,
        max(value) FILTER (WHERE kind = 'github_stars') AS stars
    FROM (
        SELECT DISTINCT ON (paper_id, kind) paper_id, kind, value FROM papers_signal
        WHERE paper_id IN (SELECT p.id FROM incoming_signal JOIN stored p USING (arxiv_id))
        ORDER BY paper_id, kind, observed_on DESC
    ) latest GROUP BY paper_id
) l
WHERE s.paper_id = l.paper_id
  AND (s.upvotes, s.comments, s.stars) IS DISTINCT FROM (l.upvotes, l.comments, l.stars)
"""

WRITE_THE_REST = (
    "ANALYZE stored",
    _ADD_IDENTIFIERS,
    _REMOVE_CATEGORIES,
    _ADD_PAPER_CATEGORIES,
    _ADD_ANNOUNCEMENTS,
    _ADD_STATS,
    _ADD_SIGNALS,
    _LATEST_SIGNALS,
)

PAPER_IDS = "SELECT id FROM stored ORDER BY id"
