"""The page of the URL map where municipalities plan, count and talk: what coordinators do, and what all may see."""

from starlette.routing import Route

from marketplace.dialogue import views as dialogue
from marketplace.dialogue.items import views as items
from marketplace.dialogue.needs import views as needs
from marketplace.districts import views as districts
from marketplace.doors import both, get, post
from marketplace.goals import views as goals
from marketplace.goals.plans import views as plans
from marketplace.goals.plans.measures import views as measures
from marketplace.goals.population import views as population
from marketplace.reports import views as reports
from marketplace.statistics import views as statistics
from marketplace.statistics.coverage import views as coverage
from marketplace.today import views as today
from offers.search.equal import views as equal
from offers.search.situations import views as situations
from organizations.municipality import views as municipality

OF_COORDINATORS: list[Route] = [
    # what coordinators have to do now
    get("/today", today.show),
    post("/today/reminders", today.remind, "/today"),
    get("/municipalities", municipality.mine),
    both("/municipalities/{slug}", municipality.own),
    # goals and dialogue
    get("/plans", plans.plans),
    both("/plans/new", plans.new),
    get("/plans/{slug}", plans.plan),
    both("/plans/{slug}/edit", plans.edit),
    both("/plans/{slug}/copy", plans.copy),
    both("/plans/{slug}/retire", plans.retire),
    post("/plans/{slug}/bring-back", plans.bring_back, "/plans/{slug}"),
    both("/plans/{slug}/areas/new", plans.new_area),
    both("/plans/{slug}/areas/{area}/edit", plans.edit_area),
    post("/plans/{slug}/areas/{area}/move", plans.move_area, "/plans/{slug}"),
    post("/plans/{slug}/areas/{area}/remove", plans.remove_area, "/plans/{slug}"),
    both("/plans/{slug}/areas/{area}/measures/new", measures.new),
    both("/plans/{slug}/goals/new", goals.new_goal),
    get("/goals/{slug}", goals.goal),
    both("/goals/{slug}/edit", goals.edit_goal),
    both("/goals/{slug}/cells", goals.say_cells),
    both("/goals/{slug}/withdraw", goals.withdraw),
    post("/goals/{slug}/comments", goals.comment, "/goals/{slug}"),
    get("/measures", measures.measures),
    get("/measures/{id}", measures.measure),
    post("/measures/{id}/comments", measures.comment, "/measures/{id}"),
    both("/measures/{id}/edit", measures.edit),
    post("/measures/{id}/move", measures.move, "/measures/{id}"),
    both("/population", population.population),
    get("/statistics", statistics.statistics),
    get("/statistics/download", statistics.save),
    get("/about/numbers", statistics.method),
    get("/statistics/coverage", coverage.coverage),
    get("/statistics/coverage.csv", coverage.as_csv),
    get("/statistics/coverage.xlsx", coverage.as_xlsx),
    post(
        "/statistics/coverage/items",
        items.raise_gap,
        "/statistics/coverage",
        "municipality",
        "district",
        "time",
    ),
    # what people say who look for something
    get("/words", equal.words),
    both("/words/new", equal.new),
    both("/words/{group}/edit", equal.edit),
    both("/words/{group}/remove", equal.remove),
    post("/words/{group}/versions/{version}", equal.back, "/words"),
    get("/words/{group}", equal.history),
    get("/situations", situations.situations),
    both("/situations/new", situations.new),
    both("/situations/{situation}/edit", situations.edit),
    post("/situations/{situation}/review", situations.review, "/situations"),
    post("/situations/{situation}/off", situations.off, "/situations"),
    post("/situations/{situation}/on", situations.on, "/situations"),
    get("/districts", districts.districts),
    both("/districts/new", districts.new, "municipality"),
    both("/districts/{district}/edit", districts.edit),
    both("/districts/{district}/remove", districts.remove),
    get("/needs", needs.needs),
    both("/needs/new", needs.new),
    get("/needs/sent", needs.sent),
    both("/needs/{need}/remove", needs.remove),
    both("/needs/{need}/take", needs.take),
    both("/reports", reports.reports),
    get("/reports/{slug}", reports.report),
    both("/reports/{slug}/words/{section}", reports.words),
    post("/reports/{slug}/approve", reports.approve, "/reports/{slug}"),
    both("/reports/{slug}/correct", reports.correct),
    both("/reports/{slug}/discard", reports.discard),
    get("/reports/{slug}/versions/{number}", reports.report),
    get("/reports/{slug}/versions/{number}/report.pdf", reports.pdf),
    get("/reports/{slug}/versions/{number}/report.xlsx", reports.xlsx),
    get("/reports/{slug}/versions/{number}/report.csv", reports.csv),
    both("/dialogues/{slug}/items/{item}", items.outcome),
    post("/dialogues/{slug}/items/{item}/remove", items.drop, "/dialogues/{slug}"),
    get("/dialogues", dialogue.dialogues),
    get("/dialogues/{slug}", dialogue.dialogue),
    post("/dialogues/{slug}/members", dialogue.add_member, "/dialogues/{slug}"),
    both("/dialogues/{slug}/members/{id}/remove", dialogue.remove_member),
    both("/dialogues/{slug}/meetings/new", dialogue.new_meeting),
    both("/dialogues/{slug}/meetings/{offer}", dialogue.meeting),
    both("/dialogues/{slug}/meetings/{offer}/move", dialogue.move_meeting),
    both("/dialogues/{slug}/meetings/{offer}/cancel", dialogue.cancel_meeting),
]
