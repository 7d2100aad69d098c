"""A saved search belongs to whoever saved it signed in, and goes with them. Of those that are there nobody knows."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0015_ended_register")]

    operations = [
        ops.AddField(
            "SavedSearch",
            "owner",
            fields.ForeignKeyField(
                "marketplace.Person",
                source_field="owner_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="saved_searches",
                on_delete=OnDelete.CASCADE,
                description="who saved it signed in; null: visitors, nobody knows who",
            ),
        ),
        ops.RunSQL(
            [
                "DROP INDEX saved_search_query",
                "CREATE UNIQUE INDEX saved_search_query ON saved_search (query, owner_id) NULLS NOT DISTINCT",
                "CREATE INDEX saved_search_owner ON saved_search (owner_id)",
            ],
            [
                "DROP INDEX saved_search_owner",
                "DROP INDEX saved_search_query",
                "DELETE FROM saved_search WHERE owner_id IS NOT NULL",
                "CREATE UNIQUE INDEX saved_search_query ON saved_search (query)",
            ],
        ),
    ]
