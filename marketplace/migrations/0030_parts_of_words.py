"""An offer is found by the parts of its compounds, by whom it is for, and not by the name of where it meets."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from marketplace.base.i18n import LANGUAGES, speaking
from offers.catalogue.kinds import AUDIENCE_LABELS, Audience

STEMMED = (
    "setweight(to_tsvector('{0}'::regconfig, title), 'A') || setweight(to_tsvector('{0}'::regconfig, summary), 'B') "
    "|| setweight(to_tsvector('{0}'::regconfig, keywords), '{1}') || setweight(to_tsvector('{0}'::regconfig, body), '{2}')"
)


def search(keywords: str, body: str, beside: str = "") -> list[str]:
    """The column `search`, with these weights of keywords and body, and what stands beside the words."""
    cases = " ".join(
        f"WHEN lang IN {langs} THEN {STEMMED.format(stemming, keywords, body)}"
        for langs, stemming in (("('nb', 'nn')", "norwegian"), ("('en')", "english"))
    )
    vector = f"(CASE {cases} ELSE {STEMMED.format('simple', keywords, body)} END){beside}"
    return [
        "ALTER TABLE offer_text DROP COLUMN search",
        f"ALTER TABLE offer_text ADD COLUMN search tsvector GENERATED ALWAYS AS ({vector}) STORED",
        "CREATE INDEX offer_text_search ON offer_text USING gin (search) WITH (fastupdate = off)",
    ]


def labels() -> str:
    """SQL, a value: what the audiences of offer o are called in the language of text t."""
    made = []
    for lang in LANGUAGES:
        with speaking(lang):
            made += [
                f"WHEN t.lang = '{lang}' AND a = '{audience.value}' THEN '{str(label).replace(chr(39), chr(39) * 2)}'"
                for audience, label in AUDIENCE_LABELS.items() if audience is not Audience.EVERYONE
            ]  # fmt: skip
    return f"(SELECT string_agg(CASE {' '.join(made)} END, ' ') FROM unnest(o.audiences) a)"


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0029_needs")]

    initial = False

    operations = [
        ops.RunSQL(
            [
                f"""UPDATE offer_text t SET keywords = concat_ws(' ', CASE WHEN v.name IS NULL THEN t.keywords
                        ELSE trim(regexp_replace(replace(t.keywords, v.name, ''), ' +', ' ', 'g')) END, {labels()})
                    FROM offer o LEFT JOIN venue v ON v.id = o.venue_id WHERE o.id = t.offer_id""",
                "ALTER TABLE offer_text ADD COLUMN parts tsvector",
                *search("C", "D", " || coalesce(parts, ''::tsvector)"),
                "CREATE INDEX offer_text_unsplit ON offer_text (id) WHERE parts IS NULL",
                """CREATE FUNCTION parts_are_of_other_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF (NEW.lang, NEW.title, NEW.summary, NEW.body, NEW.keywords)
                        IS DISTINCT FROM (OLD.lang, OLD.title, OLD.summary, OLD.body, OLD.keywords)
                    THEN NEW.parts := NULL; END IF;
                    RETURN NEW; END $$""",
                """CREATE TRIGGER offer_text_parts BEFORE UPDATE ON offer_text
                    FOR EACH ROW EXECUTE FUNCTION parts_are_of_other_words()""",
            ],
            [
                "DROP TRIGGER offer_text_parts ON offer_text",
                "DROP FUNCTION parts_are_of_other_words()",
                *search("B", "C"),
                "ALTER TABLE offer_text DROP COLUMN parts",
            ],
        )
    ]
