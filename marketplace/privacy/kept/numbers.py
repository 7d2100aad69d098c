"""Plans, goals and figures: people are numbers here, rounded before they are stored (docs/statistics.md)."""

from marketplace.base.i18n import lazy
from marketplace.dialogue.needs.rules import KEPT
from marketplace.privacy.kept.rules import MUNICIPAL, WORK, Goes, Table
from offers.search.unfound.rules import KEPT as SOUGHT_KEPT
from offers.search.unfound.rules import WAITS

FIGURES: dict[str, Table] = {
    "cell": Table(plain="id main_audience kind evening district_id municipality_id organization_id"),
    "cell_figure": Table(plain="id figures cell_id closing_id"),
    "closing": Table(plain="id year number closed_at rule key_fingerprint municipality_id"),
    "session_cell": Table(plain="id led_together stamped_at cell_id session_id"),
    "offer_cell": Table(plain="id stamped_at cell_id offer_id"),
    "district": Table(plain="id slug name municipality_id"),
    "district_place": Table(plain="id postcode city district_id municipality_id"),
    "dialogue": Table(plain="id slug title summary created_at coordinated_by_id municipality_id"),
    "dialogue_item": Table(
        plain="id main_audience kinds evening made_at dialogue_id meeting_id district_id offer_id"
    ),
    "need": Table(
        {"text": lazy("å vite hva noen savner. Vi vet ikke hvem")},
        "id audience said_at municipality_id district_id item_id taken_at",
        Goes("t.said_at", KEPT),
        called=lazy("Savn som noen har meldt"),
        until=lazy("%(after)s etter at det ble meldt"),
    ),
    "unfound": Table(
        {
            "hash": lazy("å telle hvor mange dager det samme er søkt etter (en kode)"),
            "words": lazy("å vite hva mange har lett etter uten å finne"),
            "last_by": lazy("å være sikker på at det ikke er én person som har søkt (en kode)"),
        },
        "id days first_on last_on municipality_id",
        Goes(
            "CASE WHEN t.words IS NULL THEN t.first_on::timestamptz "
            f"ELSE t.last_on + interval '{(SOUGHT_KEPT - WAITS).days} days' END",
            WAITS,
        ),
        called=lazy("Søk som ikke ga treff"),
        until=lazy("etter %(after)s. Ord som mange har søkt etter, etter ett år"),
    ),
    "unfound_key": Table(
        {"key": lazy("å lage koder som ingen kan regne tilbake")},
        "id one made_at",
        Goes("t.made_at", WAITS),
        called=lazy("Nøkkelen bak kodene for slike søk"),
        until=lazy("etter %(after)s"),
    ),
    "register_reminder": Table(plain="id sent_at organization_id"),
    "dialogue_meeting": Table(plain="id agenda nobody_came dialogue_id offer_id"),
    "dialogue_member": Table(plain="id joined_at left_at dialogue_id organization_id"),
    "focus_area": Table(plain="id number title summary plan_id"),
    "goal": Table(
        plain="id slug title indicator counted_as direction target first_year last_year term each_year audiences kinds "
        "districts organizations evening cells_known baseline baseline_year baseline_source withdrawn_at dialogue_id "
        "focus_area_id"
    ),
    "goal_change": Table(
        {"changed_by_id": WORK, "why": lazy("å forklare hvorfor et mål ble endret. Noen kan være nevnt")},
        "id what before after at goal_id",
        stays=MUNICIPAL,
        called=lazy("Hvorfor et mål ble endret"),
    ),
    "goal_figure": Table(plain="id month value counted_at goal_id"),
    "year_key": Table({}, "year fingerprint made_at closed_at"),
    "measure": Table(plain="id number title deadline state told_at focus_area_id responsible_id"),
    "municipality": Table(
        plain="id number slug name host site_name helpline_name helpline_phone helpline_hours helpline_email"
    ),
    "municipality_text": Table(plain="id lang welcome municipality_id"),
    "plan": Table(plain="id slug title summary first_year last_year retired_at municipality_id"),
    "plan_comment": Table(
        {"written_by_id": WORK, "body": lazy("det som er sagt om arbeidet i kommunen. Noen kan være nevnt")},
        "id at measure_id goal_id organization_id",
        stays=MUNICIPAL,
        called=lazy("Merknader til mål og tiltak"),
    ),
    "population": Table(plain="id year number source municipality_id"),
    "report_version": Table(
        {
            "made_by_id": WORK,
            "approved_by_id": WORK,
            "approved_as": lazy("å vite hvilken stilling som svarer for rapporten"),
            "reason": lazy("å forklare hvorfor den ble rettet. Noen kan være nevnt"),
            "content": lazy("det som ble godkjent. Noen kan være nevnt"),
        },
        "id number made_at approved_at logo_id report_id",
        stays=MUNICIPAL,
        called=lazy("Årsrapporter som er godkjent"),
    ),
    "report_words": Table(
        {"text": lazy("det kommunen sier i rapporten sin. Noen kan være nevnt"), "written_by_id": WORK},
        "id section written_at version_id",
        stays=MUNICIPAL,
        called=lazy("Det kommunen skriver i årsrapporten"),
    ),
    "usefulness": Table(plain="id month answer count offer_id"),
    "yearly_report": Table(plain="id year slug lang municipality_id"),
}
