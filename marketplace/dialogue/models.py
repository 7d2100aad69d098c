"""Frivillighetsdialogen: who is in it, its meetings. A meeting is a members-only offer with one session."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row
from offers.catalogue.kinds import Audience


class Dialogue(Row):
    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "dialogues", on_delete=fields.CASCADE)
    coordinated_by_id: UUID
    coordinated_by = fields.ForeignKeyField(
        "marketplace.Organization", "dialogues", on_delete=fields.RESTRICT
    )
    slug = fields.CharField(max_length=80, unique=True)
    title = fields.JSONField()
    summary = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "dialogue"


class DialogueMember(Row):
    dialogue_id: UUID
    dialogue = fields.ForeignKeyField("marketplace.Dialogue", "members", on_delete=fields.CASCADE)
    organization_id: UUID
    organization = fields.ForeignKeyField(
        "marketplace.Organization", "dialogue_memberships", on_delete=fields.CASCADE
    )
    joined_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dialogue_member"
        unique_together = (("dialogue", "organization"),)


class DialogueMeeting(Row):
    dialogue_id: UUID
    dialogue = fields.ForeignKeyField("marketplace.Dialogue", "meetings", on_delete=fields.CASCADE)
    offer_id: UUID
    offer = fields.OneToOneField("marketplace.Offer", "dialogue_meeting", on_delete=fields.CASCADE)
    agenda = fields.TextField(default="")
    nobody_came = fields.BooleanField(
        default=False, db_default=False, description="the coordinator said that no organisation was there"
    )

    class Meta:
        table = "dialogue_meeting"


class MeetingOrganization(Row):
    """An organisation that was at a meeting. Said by the coordinator; organisations are not personal data."""

    meeting_id: UUID
    meeting = fields.ForeignKeyField("marketplace.DialogueMeeting", "organizations", on_delete=fields.CASCADE)
    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "meetings", on_delete=fields.CASCADE)

    class Meta:
        table = "meeting_organization"
        unique_together = (("meeting", "organization"),)


class DialogueItem(Row):
    """Something that is missing, to be talked about at a meeting: one gap of the coverage map. It stands once for each
    meeting; without one it waits for the next that is called."""

    dialogue_id: UUID
    dialogue = fields.ForeignKeyField("marketplace.Dialogue", "items", on_delete=fields.CASCADE)
    meeting_id: UUID | None
    meeting = fields.ForeignKeyField(
        "marketplace.DialogueMeeting", "items", null=True, on_delete=fields.SET_NULL
    )
    main_audience = fields.CharEnumField(Audience, max_length=20)
    kinds = fields.CharField(
        max_length=20, description="a group of kinds, as statistics/coverage/rules.py has it"
    )
    district_id: UUID | None
    district = fields.ForeignKeyField("marketplace.District", "items", null=True, on_delete=fields.RESTRICT)
    evening = fields.BooleanField(null=True, description="null: at any time")
    made_at = fields.DatetimeField()
    offer_id: UUID | None
    offer = fields.ForeignKeyField(
        "marketplace.Offer", "came_of", null=True, on_delete=fields.SET_NULL,
        description="what came of it, once a coordinator has said so",
    )  # fmt: skip

    class Meta:
        table = "dialogue_item"
