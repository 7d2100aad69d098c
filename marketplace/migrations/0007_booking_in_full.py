"""Companions, questions, notices, seats kept by hosts, messages of hosts, usefulness, more calendars."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from marketplace.base.models import Channel
from offers.messages.follow_up.models import Useful
from offers.messages.models import Recipients
from offers.publishing.questions.models import QuestionKind
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('marketplace', '0006_people_and_organizations')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Companion',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('booking', fields.ForeignKeyField('marketplace.Booking', source_field='booking_id', db_constraint=True, to_field='id', related_name='companions', on_delete=OnDelete.CASCADE)),
                ('name', fields.TextField(unique=False)),
            ],
            options={'table': 'companion', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'Somebody who comes with the participant and wants to be named. Those who do not are only counted in `seats`.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='HostMessage',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('offer', fields.ForeignKeyField('marketplace.Offer', source_field='offer_id', db_constraint=True, to_field='id', related_name='host_messages', on_delete=OnDelete.CASCADE)),
                ('session', fields.ForeignKeyField('marketplace.Session', source_field='session_id', null=True, db_constraint=True, to_field='id', related_name='host_messages', on_delete=OnDelete.CASCADE)),
                ('recipients', fields.CharEnumField(description='ALL: all\nPRESENT: present\nWAITING: waiting', enum_type=Recipients, max_length=10)),
                ('author', fields.ForeignKeyField('marketplace.Person', source_field='author_id', null=True, db_constraint=True, to_field='id', related_name='host_messages', on_delete=OnDelete.SET_NULL)),
                ('text', fields.TextField(unique=False)),
                ('told', fields.IntField(description='how many it was sent to')),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'host_message', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'A message that somebody who leads an offer wrote to its participants, of one session or of all of it.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='OfferQuestion',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('offer', fields.ForeignKeyField('marketplace.Offer', source_field='offer_id', db_constraint=True, to_field='id', related_name='questions', on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('kind', fields.CharEnumField(description='TEXT: text\nCHOICE: choice\nYES_NO: yes_no', enum_type=QuestionKind, max_length=10)),
                ('text', fields.TextField(unique=False)),
                ('purpose', fields.TextField(description='why it is asked; shown beside it', unique=False)),
                ('choices', ArrayField(element_type='TEXT')),
                ('required', fields.BooleanField(default=False)),
                ('keep_days', fields.IntField(default=14, description='answers go so many days after what they were for; without dates, after booking')),
            ],
            options={'table': 'offer_question', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'A question of the organiser to those who book, with the reason that they read and when the answer goes.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='BookingAnswer',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('booking', fields.ForeignKeyField('marketplace.Booking', source_field='booking_id', db_constraint=True, to_field='id', related_name='answers', on_delete=OnDelete.CASCADE)),
                ('question', fields.ForeignKeyField('marketplace.OfferQuestion', source_field='question_id', db_constraint=True, to_field='id', related_name='answers', on_delete=OnDelete.CASCADE)),
                ('text', fields.TextField(unique=False)),
            ],
            options={'table': 'booking_answer', 'app': 'marketplace', 'unique_together': (('booking', 'question'),), 'pk_attr': 'id', 'table_description': 'What somebody answered to a question of the organiser. Goes by itself (marketplace/privacy/rules.py).'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='OpeningNotice',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('pool', fields.ForeignKeyField('marketplace.SeatPool', source_field='pool_id', db_constraint=True, to_field='id', related_name='opening_notices', on_delete=OnDelete.CASCADE)),
                ('channel', fields.CharEnumField(description='EMAIL: email\nSMS: sms', enum_type=Channel, max_length=10)),
                ('address', fields.TextField(unique=False)),
                ('lang', fields.CharField(max_length=5)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'opening_notice', 'app': 'marketplace', 'unique_together': (('pool', 'channel', 'address'),), 'pk_attr': 'id', 'table_description': 'Somebody wants one message when booking opens. It goes with that message.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('slug', fields.CharField(unique=True, max_length=12)),
                ('query', fields.CharField(description='canonical query of /offers', max_length=500)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(description='when somebody last read it, to the day', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'saved_search', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'A search of offers under a short slug: calendar clients fail on long addresses. The same search, the same slug.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Unsubscription',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('address_hash', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'unsubscription', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'An address, as a keyed hash, that wants only what concerns its own bookings.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Usefulness',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('offer', fields.ForeignKeyField('marketplace.Offer', source_field='offer_id', db_constraint=True, to_field='id', related_name='usefulness', on_delete=OnDelete.CASCADE)),
                ('month', fields.DateField(description='the first of the month')),
                ('answer', fields.CharEnumField(description='YES: yes\nSOME: some\nNO: no', enum_type=Useful, max_length=10)),
                ('count', fields.IntField()),
            ],
            options={'table': 'usefulness', 'app': 'marketplace', 'unique_together': (('offer', 'month', 'answer'),), 'pk_attr': 'id', 'table_description': 'How many said in a month whether an offer was of use to them. Who said what is not kept.'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='Booking',
            name='made_with_id',
            field=fields.UUIDField(null=True, description='the first of the bookings of several dates that one form made'),
        ),
        ops.AddField(
            model_name='Booking',
            name='moved_to_id',
            field=fields.UUIDField(null=True, description='the booking that took its place when its time was changed'),
        ),
        ops.AddField(
            model_name='Booking',
            name='placed_at',
            field=fields.DatetimeField(null=True, description='when the queue first gave it a seat', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Booking',
            name='reply',
            field=fields.TextField(default='', description='what the organisation wrote to them', db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Booking',
            name='talk_asked_at',
            field=fields.DatetimeField(null=True, description='the organisation wants a talk before it answers the request', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Booking',
            name='told_useful_at',
            field=fields.DatetimeField(null=True, description='they have said whether it was of use; what, is counted elsewhere', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Booking',
            name='waited_at',
            field=fields.DatetimeField(null=True, description='when it first entered the queue', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='CalendarAddress',
            name='hosting',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='CalendarAddress',
            name='organization',
            field=fields.ForeignKeyField('marketplace.Organization', source_field='organization_id', null=True, db_constraint=True, to_field='id', related_name='calendar_addresses', on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Offer',
            name='age_from',
            field=fields.IntField(null=True, description='years; asked as a statement, never as a date of birth'),
        ),
        ops.AddField(
            model_name='Offer',
            name='age_to',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Offer',
            name='closes_hours',
            field=fields.IntField(null=True, description='booking closes so many hours before the start; null: at the start'),
        ),
        ops.AddField(
            model_name='Offer',
            name='opens_at',
            field=fields.DatetimeField(null=True, description='when one can book; null: at once', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Offer',
            name='remind_hours',
            field=ArrayField(null=True, description='reminders, hours before the start; null: 24 and 2', element_type='INT'),
        ),
        ops.AddField(
            model_name='SeatPool',
            name='reserved',
            field=fields.IntField(default=0, description='seats that the hosts keep for those who come later', db_default=0),
        ),
        ops.RunSQL(
            [
                "ALTER TABLE seat_pool DROP CONSTRAINT seat_pool_taken",
                "ALTER TABLE seat_pool ADD CONSTRAINT seat_pool_taken CHECK "
                "(taken >= 0 AND reserved >= 0 AND (capacity IS NULL OR taken + reserved <= capacity))",
                "ALTER TABLE offer ADD CONSTRAINT offer_ages CHECK (coalesce(age_from, 0) BETWEEN 0 AND 120 "
                "AND coalesce(age_to, 120) BETWEEN 0 AND 120 AND coalesce(age_from, 0) <= coalesce(age_to, 120))",
                "ALTER TABLE offer ADD CONSTRAINT offer_closes CHECK (closes_hours BETWEEN 0 AND 8760)",
                "ALTER TABLE offer_question ADD CONSTRAINT offer_question_keep CHECK (keep_days BETWEEN 0 AND 365)",
                "ALTER TABLE usefulness ADD CONSTRAINT usefulness_count "
                "CHECK (count > 0 AND extract(day FROM month) = 1)",
                "CREATE INDEX companion_booking ON companion (booking_id)",
                "CREATE INDEX offer_question_offer ON offer_question (offer_id, position)",
                "CREATE INDEX host_message_offer ON host_message (offer_id, created_at)",
                "CREATE UNIQUE INDEX unsubscription_one ON unsubscription (address_hash)",
                "CREATE UNIQUE INDEX saved_search_query ON saved_search (query)",
                "CREATE INDEX booking_made_with ON booking (made_with_id) WHERE made_with_id IS NOT NULL",
                "DROP INDEX calendar_address_one",
                "CREATE UNIQUE INDEX calendar_address_one ON calendar_address (person_id, hosting, organization_id) "
                "NULLS NOT DISTINCT WHERE revoked_at IS NULL",
                "DROP TRIGGER catalogue_changed ON offer",
                "CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE OF slug, owner_id, kind, visibility, "
                "sensitive, state, venue_id, online_url, source_lang, audiences, joining, municipality_id ON offer "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
                "CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE ON organization_owner "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
                "CREATE TRIGGER catalogue_changed AFTER UPDATE OF name, slug ON municipality "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
            ],
            [
                "DROP TRIGGER catalogue_changed ON municipality",
                "DROP TRIGGER catalogue_changed ON organization_owner",
                "DROP TRIGGER catalogue_changed ON offer",
                "CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE OF slug, owner_id, kind, visibility, "
                "sensitive, state, venue_id, online_url, source_lang ON offer "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
                "DROP INDEX calendar_address_one",
                "CREATE UNIQUE INDEX calendar_address_one ON calendar_address (person_id) WHERE revoked_at IS NULL",
                "DROP INDEX booking_made_with",
                "DROP INDEX saved_search_query",
                "DROP INDEX unsubscription_one",
                "DROP INDEX host_message_offer",
                "DROP INDEX offer_question_offer",
                "DROP INDEX companion_booking",
                "ALTER TABLE usefulness DROP CONSTRAINT usefulness_count",
                "ALTER TABLE offer_question DROP CONSTRAINT offer_question_keep",
                "ALTER TABLE offer DROP CONSTRAINT offer_closes",
                "ALTER TABLE offer DROP CONSTRAINT offer_ages",
                "ALTER TABLE seat_pool DROP CONSTRAINT seat_pool_taken",
                "ALTER TABLE seat_pool ADD CONSTRAINT seat_pool_taken CHECK "
                "(taken >= 0 AND (capacity IS NULL OR taken <= capacity))",
            ],
        ),
    ]
