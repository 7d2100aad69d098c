"""Offers and organisations: those who may be asked, and what tells of nobody."""

from marketplace.base.i18n import lazy
from marketplace.privacy.kept.rules import ANSWERED, DAY, OFFER_GONE, OFFER_OVER, TWO_YEARS, WORK, Goes, Table

OFFERS: dict[str, Table] = {
    "offer": Table(
        {"contact_name": lazy("å vite hvem en kan spørre"), "phone": lazy("å vite hvem en kan spørre")},
        "id slug kind audiences main_audience joining visibility sensitive state source_lang online_url max_party "
        "promotion hold_hours opens_at closes_hours narrowed_at age_from age_to spoken cost cost_text "
        "remind_hours certificate_share keep_months "
        "created_at changed_at published_at session_count next_session_at next_session_ends last_session_ends "
        "continues_id municipality_id owner_id picture_id picture_text venue_id number",
        Goes(OFFER_OVER.format(o="t"), TWO_YEARS, {"contact_name": "NULL", "phone": "NULL"}),
        called=lazy("Kontaktperson for et tilbud"),
        until=OFFER_GONE,
    ),
    "offer_text": Table(
        {"meets_you": lazy("å vite hvem som møter deg")},
        "id lang title summary body way_in bring_someone what_happens may_leave bring keywords found_by offer_id "
        "search parts",
        Goes(
            f"(SELECT {OFFER_OVER.format(o='o')} FROM offer o WHERE o.id = t.offer_id)",
            TWO_YEARS,
            {"meets_you": "''"},
        ),
        called=lazy("Hvem som møter deg"),
        until=OFFER_GONE,
    ),
    "equal_words": Table(plain="id group_id number words written_at"),
    "situation": Table(
        plain="id text text_nn text_en also words kinds audiences evening drop_in reviewed_at off_at"
    ),
    "organization": Table(
        {
            "contact_name": lazy("å vite hvem en kan spørre"),
            "phone": lazy("å vite hvem en kan spørre"),
            "email": lazy("å vite hvem en kan spørre"),
        },
        "id slug name kind state number website source_lang created_at logo_id municipality_id parent_id "
        "register_state register_name voluntary_register register_at",
        # Of one that is let in it is public, and its own to change while it is here.
        Goes(f"CASE WHEN t.state = 'declined' THEN {ANSWERED.format(o='t')} END", TWO_YEARS),
        called=lazy("Kontaktperson for en organisasjon"),
        until=lazy(
            "%(after)s etter at organisasjonen fikk nei. "
            "For en organisasjon som er med, står det til den endrer det selv"
        ),
    ),
    "picture": Table(
        {"content": lazy("å vise hvordan det er. De som er med på bildet, har sagt ja")},
        "id sha256 media_type width height created_at",
        Goes(
            """CASE WHEN NOT EXISTS (SELECT FROM offer o WHERE o.picture_id = t.id)
            AND NOT EXISTS (SELECT FROM organization o WHERE o.logo_id = t.id)
            AND NOT EXISTS (SELECT FROM report_version r WHERE r.logo_id = t.id) THEN t.created_at END""",
            30 * DAY,
        ),
        called=lazy("Bilder"),
        until=lazy("%(after)s etter at det ble lastet opp, når ingen viser det"),
    ),
    "catalogue_revision": Table(plain="id revision changed_at"),
    "decision": Table(
        {
            "decided_by_id": WORK,
            "reason": lazy("det organisasjonen fikk til svar. Noen kan være nevnt"),
            "reply": lazy("det organisasjonen svarte. Noen kan være nevnt"),
        },
        "id answer vouched at replied_at organization_id",
        Goes("t.at", TWO_YEARS, {"decided_by_id": "NULL", "reason": "'–'", "reply": "''"}),
        called=lazy("Svar til organisasjoner som vil være med"),
        until=lazy("%(after)s etter svaret"),
    ),
    "meeting_organization": Table(plain="id meeting_id organization_id"),
    "offer_audience_organization": Table(plain="id offer_id organization_id"),
    "offer_organizer": Table(plain="id may_edit offer_id organization_id"),
    "offer_question": Table(plain="id position kind text purpose choices required keep_days offer_id"),
    "organization_text": Table(plain="id lang summary body organization_id search"),
    "organization_owner": Table(plain="id organization_id municipality_id"),
    "session": Table(
        plain="id starts_at ends_at status note sequence vevent changed_at untold_since offer_id venue_id"
    ),
    "venue": Table(
        plain="id name street postcode city lat lon step_free hearing_loop accessible_toilet municipality_id"
    ),
    "venue_text": Table(plain="id lang entrance transport venue_id"),
}
