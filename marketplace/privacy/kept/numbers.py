"""Plans, goals and figures: people are numbers here, rounded before they are stored (docs/statistics.md)."""

from marketplace.dialogue.needs.rules import KEPT
from marketplace.privacy.kept.rules import WORK, Goes, Table
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
    "dialogue_item": Table(plain="id main_audience kinds evening made_at dialogue_id meeting_id district_id offer_id"),
    "need": Table(
        {"text": "what somebody misses, in their own words; who it was is not known"},
        "id audience said_at municipality_id district_id item_id taken_at", Goes("t.said_at", KEPT),
    ),
    "unfound": Table(
        {"hash": "counting on how many days the same was looked for", "words": "what many have looked for in vain",
         "last_by": "that five days of it are not one person's"},
        "id days first_on last_on municipality_id",
        Goes("CASE WHEN t.words IS NULL THEN t.first_on::timestamptz "
             f"ELSE t.last_on + interval '{(SOUGHT_KEPT - WAITS).days} days' END", WAITS),
    ),
    "unfound_key": Table(
        {"key": "making hashes that nobody can turn back"}, "id one made_at", Goes("t.made_at", WAITS)
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
        {"changed_by_id": WORK, "why": "why a municipal goal was changed; it may name somebody"},
        "id what before after at goal_id",
        stays="it is part of the municipality's plan; who a person was goes with them",
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
        {"written_by_id": WORK, "body": "what was said of municipal work; it may name somebody"},
        "id at measure_id goal_id organization_id",
        stays="it is part of the municipality's plan, and shown without the person; who that was goes with them",
    ),
    "population": Table(plain="id year number source municipality_id"),
    "report_version": Table(
        {"made_by_id": WORK, "approved_by_id": WORK, "approved_as": "the office that answers for it",
         "reason": "why it was corrected; it may name somebody", "content": "what was approved; it may name somebody"},
        "id number made_at approved_at logo_id report_id",
        stays="the municipality's own report is kept as it was approved; who a person was goes with them",
    ),
    "report_words": Table(
        {"text": "what the municipality says in its report; it may name somebody", "written_by_id": WORK},
        "id section written_at version_id",
        stays="it is part of the municipality's report",
    ),
    "usefulness": Table(plain="id month answer count offer_id"),
    "yearly_report": Table(plain="id year slug lang municipality_id"),
}  # fmt: skip
