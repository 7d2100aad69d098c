"""Second factors, acting for others, invitations, applications, owners, and addresses that are added."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from marketplace.base.models import Channel
from marketplace.people.models import Relation
from organizations.approval.models import Answer
from organizations.directory.models import RegisterState
from organizations.members.models import Role
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('marketplace', '0005_nobody_came')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ActsFor',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('marketplace.Person', source_field='actor_id', db_constraint=True, to_field='id', related_name='acts_for', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('marketplace.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='acted_for_by', on_delete=OnDelete.CASCADE)),
                ('relation', fields.CharEnumField(description='GUARDIAN: guardian\nNEXT_OF_KIN: next_of_kin\nGUIDE: guide', enum_type=Relation, max_length=20)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('accepted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'acts_for', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'Somebody books for a person: a guardian, next of kin or a guide. They see what they have booked themselves, and'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Decision',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('marketplace.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='decisions', on_delete=OnDelete.CASCADE)),
                ('answer', fields.CharEnumField(description='ASKED: asked\nAPPROVED: approved\nDECLINED: declined\nSUSPENDED: suspended\nREOPENED: reopened', enum_type=Answer, max_length=20)),
                ('reason', fields.TextField(unique=False)),
                ('vouched', fields.BooleanField(default=False, description='a group without a number: the coordinator knows it', db_default=False)),
                ('decided_by', fields.ForeignKeyField('marketplace.Person', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decisions', on_delete=OnDelete.SET_NULL)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'decision', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'An answer of a coordinator, with the reason that the organisation reads.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('marketplace.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='invitations', on_delete=OnDelete.CASCADE)),
                ('role', fields.CharEnumField(description='HOST: host\nEDITOR: editor\nMANAGER: manager\nGUIDE: guide\nCOORDINATOR: coordinator\nSTAFF: staff', enum_type=Role, max_length=20)),
                ('channel', fields.CharEnumField(description='EMAIL: email\nSMS: sms', enum_type=Channel, max_length=10)),
                ('address', fields.TextField(unique=False)),
                ('token_hash', fields.BinaryField()),
                ('lang', fields.CharField(max_length=5)),
                ('offer', fields.ForeignKeyField('marketplace.Offer', source_field='offer_id', null=True, description='the offer that a host is to lead', db_constraint=True, to_field='id', related_name='invitations', on_delete=OnDelete.CASCADE)),
                ('invited_by', fields.ForeignKeyField('marketplace.Person', source_field='invited_by_id', null=True, db_constraint=True, to_field='id', related_name='invited', on_delete=OnDelete.SET_NULL)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('accepted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, description='declined or taken back', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'invitation', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'An invitation to have a role in an organisation. The link in the message is stored hashed, and only whoever has'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='OrganizationOwner',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('marketplace.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='owners', on_delete=OnDelete.CASCADE)),
                ('municipality', fields.ForeignKeyField('marketplace.Municipality', source_field='municipality_id', db_constraint=True, to_field='id', related_name='owned', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'organization_owner', 'app': 'marketplace', 'unique_together': (('organization', 'municipality'),), 'pk_attr': 'id', 'table_description': 'A municipality that owns an organisation together with others, as a Recovery College: it is found there too.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Passkey',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('marketplace.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='passkeys', on_delete=OnDelete.CASCADE)),
                ('credential', fields.BinaryField()),
                ('public_key', fields.BinaryField()),
                ('sign_count', fields.BigIntField(default=0, db_default=0)),
                ('device', fields.TextField(description='in words, e.g. Safari, iPhone', unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'passkey', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': "A passkey (WebAuthn): the key itself stays on the person's device."},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='PasskeyChallenge',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('challenge', fields.BinaryField()),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'passkey_challenge', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'A challenge that a passkey has signed. Kept until it is too old, so that no answer counts twice.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('marketplace.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='recovery_codes', on_delete=OnDelete.CASCADE)),
                ('code_hash', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'recovery_code', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'For whoever has lost the app or the device with the passkey. Each is used once; stored hashed.'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Totp',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('person', fields.OneToOneField('marketplace.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='totp', on_delete=OnDelete.CASCADE)),
                ('secret', fields.BinaryField(description='sealed with a key of the settings: it must be read to check a code')),
                ('last_step', fields.BigIntField(default=0, description='step of the last code: each is used once', db_default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'totp', 'app': 'marketplace', 'pk_attr': 'id', 'table_description': 'An app that shows a new code every 30 seconds (RFC 6238). Stored when its first code was given.'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='Organization',
            name='register_at',
            field=fields.DatetimeField(null=True, description='when the registers were asked', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Organization',
            name='register_name',
            field=fields.TextField(null=True, description='its name in Enhetsregisteret', unique=False),
        ),
        ops.AddField(
            model_name='Organization',
            name='register_state',
            field=fields.CharEnumField(null=True, description='null: never asked', enum_type=RegisterState, max_length=20),
        ),
        ops.AddField(
            model_name='Organization',
            name='voluntary_register',
            field=fields.BooleanField(null=True, description='stands in Frivillighetsregisteret'),
        ),
        ops.AddField(
            model_name='SignIn',
            name='second_factor_at',
            field=fields.DatetimeField(null=True, description='when passkey or code of an app was last given', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='SignInTicket',
            name='person',
            field=fields.ForeignKeyField('marketplace.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='tickets', on_delete=OnDelete.CASCADE),
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX acts_for_one ON acts_for (actor_id, person_id) WHERE ended_at IS NULL",
                "CREATE INDEX acts_for_person ON acts_for (person_id)",
                "CREATE INDEX decision_organization ON decision (organization_id, at)",
                "ALTER TABLE decision ADD CONSTRAINT decision_reason CHECK (reason <> '')",
                "CREATE UNIQUE INDEX invitation_token ON invitation (token_hash)",
                "CREATE INDEX invitation_organization ON invitation (organization_id)",
                "CREATE INDEX organization_state ON organization (municipality_id, state)",
                "CREATE INDEX organization_owner_municipality ON organization_owner (municipality_id)",
                "CREATE UNIQUE INDEX passkey_credential ON passkey (credential)",
                "CREATE INDEX passkey_person ON passkey (person_id)",
                "CREATE UNIQUE INDEX passkey_challenge_one ON passkey_challenge (challenge)",
                "CREATE UNIQUE INDEX recovery_code_one ON recovery_code (person_id, code_hash)",
                "ALTER TABLE acts_for ADD CONSTRAINT acts_for_two CHECK (actor_id <> person_id)",
            ],
            [
                "DROP INDEX acts_for_one",
                "DROP INDEX acts_for_person",
                "DROP INDEX decision_organization",
                "ALTER TABLE decision DROP CONSTRAINT decision_reason",
                "DROP INDEX invitation_token",
                "DROP INDEX invitation_organization",
                "DROP INDEX organization_state",
                "DROP INDEX organization_owner_municipality",
                "DROP INDEX passkey_credential",
                "DROP INDEX passkey_person",
                "DROP INDEX passkey_challenge_one",
                "DROP INDEX recovery_code_one",
                "ALTER TABLE acts_for DROP CONSTRAINT acts_for_two",
            ],
        ),
    ]
