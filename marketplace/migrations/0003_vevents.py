"""session.vevent is forgotten by the database itself when anything that stands in it changes.

Whoever writes needs not remember it, and cannot put an old one back: a statement that sets any other column of the
session forgets it too.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

VEVENTS = ops.RunSQL(
    [
        """CREATE FUNCTION vevent_stale() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.vevent := NULL; RETURN NEW; END $$""",
        """CREATE TRIGGER vevent_stale BEFORE UPDATE OF offer_id, starts_at, ends_at, venue_id, status, note, sequence,
            changed_at ON session FOR EACH ROW EXECUTE FUNCTION vevent_stale()""",
        # Rows without a vevent are touched too: one may be being stored now, and this then waits for it.
        """CREATE FUNCTION vevents_stale() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                CASE TG_TABLE_NAME
                WHEN 'offer' THEN
                    UPDATE session SET vevent = NULL WHERE offer_id = NEW.id;
                WHEN 'offer_text' THEN
                    UPDATE session SET vevent = NULL WHERE offer_id IN (OLD.offer_id, NEW.offer_id);
                WHEN 'organization' THEN
                    UPDATE session s SET vevent = NULL FROM offer o WHERE o.id = s.offer_id AND o.owner_id = NEW.id;
                WHEN 'venue' THEN
                    UPDATE session s SET vevent = NULL FROM offer o
                    WHERE o.id = s.offer_id AND coalesce(s.venue_id, o.venue_id) = NEW.id;
                END CASE;
                RETURN NULL;
            END $$""",
        """CREATE TRIGGER vevents_stale AFTER UPDATE ON offer FOR EACH ROW WHEN (
            (OLD.slug, OLD.owner_id, OLD.kind, OLD.joining, OLD.sensitive, OLD.source_lang, OLD.venue_id,
                OLD.online_url)
            IS DISTINCT FROM (NEW.slug, NEW.owner_id, NEW.kind, NEW.joining, NEW.sensitive, NEW.source_lang,
                NEW.venue_id, NEW.online_url)
            ) EXECUTE FUNCTION vevents_stale()""",
        """CREATE TRIGGER vevents_stale AFTER INSERT OR UPDATE OR DELETE ON offer_text FOR EACH ROW
            EXECUTE FUNCTION vevents_stale()""",
        """CREATE TRIGGER vevents_stale AFTER UPDATE ON organization FOR EACH ROW WHEN (OLD.name <> NEW.name)
            EXECUTE FUNCTION vevents_stale()""",
        """CREATE TRIGGER vevents_stale AFTER UPDATE ON venue FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW)
            EXECUTE FUNCTION vevents_stale()""",
        # Two more columns that a public event depends on.
        "DROP TRIGGER catalogue_changed ON offer",
        """CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE OF slug, owner_id, kind, joining, visibility,
            sensitive, state, source_lang, venue_id, online_url ON offer
            FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()""",
    ],
    [
        "DROP TRIGGER catalogue_changed ON offer",
        """CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE OF slug, owner_id, kind, visibility,
            sensitive, state, venue_id, online_url ON offer
            FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()""",
        *(f"DROP TRIGGER vevents_stale ON {table}" for table in ("offer", "offer_text", "organization", "venue")),
        "DROP TRIGGER vevent_stale ON session",
        "DROP FUNCTION vevents_stale()",
        "DROP FUNCTION vevent_stale()",
    ],
)


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0002_guards")]

    operations = [VEVENTS]
