"""What must always be true of stored figures (docs/statistics.md): sentences and SQL, as in invariants.py."""

from marketplace.statistics.measures import EXACT, INDICATORS, Measure

OF_PEOPLE = ", ".join(f"'{measure.value}'" for measure in Measure if measure not in EXACT)
KNOWN = ", ".join(f"'{measure.value}'" for measure in Measure)
PARTS = " OR ".join(
    f"coalesce((f.figures ->> '{row.name.value}')::int, 0) > coalesce((f.figures ->> '{row.per.value}')::int, 0)"
    for row in INDICATORS.values()
    if row.per
)
EACH = "SELECT f.id FROM cell_figure f CROSS JOIN LATERAL jsonb_each(f.figures) j WHERE "

FIGURES = (
    (
        "what is stored of figures cannot be changed",
        """SELECT t.name || ' ' || t.held AS id FROM (VALUES ('closing', 'closing_append_only'),
            ('closing', 'closing_kept_whole'), ('cell_figure', 'cell_figure_append_only'),
            ('cell_figure', 'cell_figure_kept_whole')) t (name, held)
        WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = to_regclass(t.name) AND g.tgname = t.held
            AND g.tgenabled = 'O')""",
    ),
    (
        "the months of a year are closed in order, thirteen at the most",
        """SELECT k.id FROM closing k WHERE k.number NOT BETWEEN 1 AND 13 OR k.number > 1 AND NOT EXISTS (
            SELECT FROM closing b WHERE b.municipality_id = k.municipality_id AND b.year = k.year
                AND b.number = k.number - 1 AND b.closed_at <= k.closed_at)""",
    ),
    (
        "no month is closed before it is over",
        """SELECT id FROM closing WHERE closed_at < (CASE WHEN number = 13 THEN make_timestamp(year + 1, 2, 1, 0, 0, 0)
            ELSE make_timestamp(year, 1, 1, 0, 0, 0) + make_interval(months => number) END
            AT TIME ZONE 'Europe/Oslo')""",
    ),
    (
        "a year's months are closed by the key that it was counted under",
        """SELECT k.id FROM closing k LEFT JOIN year_key y ON y.year = k.year
        WHERE y.fingerprint IS DISTINCT FROM k.key_fingerprint""",
    ),
    (
        "a year that is over for good has all its thirteen closings, or none",
        """SELECT (array_agg(k.id))[1] AS id
        FROM closing k JOIN year_key y ON y.year = k.year AND y.closed_at IS NOT NULL
        GROUP BY k.municipality_id, k.year HAVING count(*) <> 13""",
    ),
    (
        "a count of people is stored in steps of five",
        f"{EACH} j.key IN ({OF_PEOPLE}) AND j.value::int % 5 <> 0",
    ),
    ("what is stored is a measure", f"{EACH} j.key NOT IN ({KNOWN})"),
    ("a stored part is not more than what it is a part of", f"SELECT f.id FROM cell_figure f WHERE {PARTS}"),
    (
        "a cell's figures are of its own municipality",
        """SELECT f.id FROM cell_figure f JOIN closing k ON k.id = f.closing_id JOIN cell c ON c.id = f.cell_id
        WHERE c.municipality_id <> k.municipality_id""",
    ),
    (
        "what an offer is most for is one of those it is for",
        "SELECT id FROM offer WHERE main_audience <> ALL (audiences) AND main_audience <> 'everyone'",
    ),
)
