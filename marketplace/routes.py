"""The whole URL map; what coordinators have is its second page, coordinator_routes.py. Every view is wrapped by its
door (marketplace/doors.py)."""

from starlette.routing import Route

from marketplace.base.web import static
from marketplace.coordinator_routes import OF_COORDINATORS
from marketplace.demo import views as demo
from marketplace.doors import both, get, post
from marketplace.guide import views as guide
from marketplace.guide.caller import views as caller
from marketplace.guide.found import views as found
from marketplace.guide.sending import views as sending
from marketplace.home import views as home
from marketplace.my_page import views as my_page
from marketplace.my_page.acting import views as acting
from marketplace.my_page.contacts import views as contacts
from marketplace.my_page.invitations import views as invitations
from marketplace.my_page.own_goals import views as own_goals
from marketplace.operations.drill import views as drill
from marketplace.operations.ready import views as ready
from marketplace.people.second_factor import views as second_factor
from marketplace.people.sign_in import views as sign_in
from marketplace.privacy.download import views as download
from marketplace.privacy.erasure import views as erasure
from marketplace.privacy.looked import views as looked
from marketplace.privacy.retention import views as retention
from marketplace.statistics.own import views as own_statistics
from offers.attendance import views as attendance
from offers.attendance.check_in import views as check_in
from offers.attendance.closing import views as closing
from offers.attendance.grid import views as grid
from offers.attendance.offline import views as offline
from offers.attendance.past import views as past
from offers.attendance.substitute import views as substitute
from offers.attendance.taps import views as taps
from offers.attendance.walk_in import views as walk_in
from offers.bookings import views as bookings
from offers.bookings.certificates import views as certificates
from offers.bookings.companions import views as companions
from offers.bookings.links import views as links
from offers.bookings.mending import views as mending
from offers.bookings.openings import views as openings
from offers.bookings.several import views as several
from offers.bookings.times import views as times
from offers.catalogue import views as catalogue
from offers.catalogue.organizations import views as organizations
from offers.catalogue.sharing import views as sharing
from offers.feeds import views as feeds
from offers.feeds.searches import views as searches
from offers.feeds.work import views as work_calendars
from offers.messages import views as messages
from offers.messages.follow_up import views as follow_up
from offers.messages.missed import views as missed
from offers.participants import views as participants
from offers.participants.calls import views as calls
from offers.participants.certificates import views as holders
from offers.participants.demand import views as demand
from offers.participants.queue import views as queue
from offers.publishing import views as publishing
from offers.publishing.drafts import views as drafts
from offers.publishing.joining import views as joining
from offers.publishing.picture import views as picture
from offers.publishing.questions import views as questions
from offers.publishing.series import views as series
from offers.publishing.steps import views as steps
from offers.publishing.team import views as team
from offers.search import views as search
from offers.search.suggestions import views as suggestions
from offers.sessions import views as sessions
from offers.work import views as work
from organizations.approval import views as approval
from organizations.members import views as members
from organizations.notices import views as notices
from organizations.profile import views as profile

ROUTES: list[Route] = [
    # finding offers
    get("/", home.front),
    get("/offers", search.offers),
    get("/offers.atom", feeds.newest),
    get("/offers/suggestions", suggestions.suggestions),
    get("/offers/{slug}", catalogue.offer),
    get("/t/{code}", sharing.short),
    get("/sitemap.xml", sharing.sitemap),
    get("/sitemap/{page}.xml", sharing.sitemap_page),
    get("/robots.txt", sharing.robots),
    get("/organizations", organizations.organizations),
    both("/organizations/apply", approval.apply),
    both("/organizations/apply/{slug}", approval.application),
    get("/organizations/{slug}", search.organization),
    get("/pictures/{sha256}", picture.shown),
    # calendars
    get("/calendar/all.ics", feeds.all_offers),
    get("/calendar/organizations/{slug}.ics", feeds.organization),
    get("/calendar/kinds/{kind}.ics", feeds.kind),
    get("/calendar/audiences/{audience}.ics", feeds.audience),
    get("/calendar/municipalities/{slug}.ics", feeds.municipality),
    both("/calendar/searches/new", searches.new),
    get("/calendar/searches/{slug}.ics", feeds.search),
    get("/calendar/offers/{slug}.ics", feeds.offer),
    get("/calendar/sessions/{id}.ics", feeds.session),
    get("/calendar/private/{secret}.ics", feeds.private),
    get("/calendar", feeds.subscribe),
    # booking
    get("/offers/{slug}/bookings/new", bookings.new),
    post("/offers/{slug}/bookings", bookings.create, "/offers/{slug}/bookings/new", "session"),
    post("/offers/{slug}/bookings/notice", openings.create, "/offers/{slug}/bookings/new", "session"),
    get("/bookings/opens/{pool}", openings.go),
    both("/offers/{slug}/bookings/several", several.several),
    both("/bookings", links.find),
    get("/bookings/links", links.find),
    post("/bookings/links", links.send_links, "/bookings"),
    get("/bookings/{token}", bookings.show),
    both("/bookings/{token}/cancel", bookings.cancel),
    both("/bookings/{token}/companions", companions.leave),
    both("/bookings/{token}/address", mending.address),
    both("/bookings/{token}/time", times.time),
    both("/bookings/{token}/link", links.renew),
    both("/bookings/{token}/cancel-all", several.cancel_together),
    post("/bookings/{token}/answer", bookings.answer, "/bookings/{token}"),
    post("/bookings/{token}/sent-word", bookings.sent_word, "/bookings/{token}"),
    post("/bookings/{token}/here", check_in.here, "/bookings/{token}"),
    get("/bookings/{token}/calendar.ics", bookings.calendar_file),
    get("/bookings/{token}/certificate.pdf", certificates.pdf),
    get("/bookings/{token}/messages", messages.read),
    both("/bookings/{token}/useful", follow_up.useful),
    get("/bookings/{token}/missed", missed.ways),
    both("/bookings/{token}/missed/{session}/coming", missed.coming),
    both("/bookings/{token}/missed/{session}/call", missed.call),
    both("/unsubscribe/{token}", follow_up.unsubscribe),
    post("/unsubscribe/{token}/undo", follow_up.subscribe_again, "/unsubscribe/{token}"),
    both("/notices/{token}", notices.stop),
    post("/notices/{token}/undo", notices.again, "/notices/{token}"),
    get("/manage/offers/{slug}/bookings", participants.listing),
    post("/manage/offers/{slug}/capacity", participants.capacity, "/manage/offers/{slug}/bookings"),
    post("/manage/offers/{slug}/keep", participants.keep, "/manage/offers/{slug}/bookings"),
    post("/manage/offers/{slug}/opening", participants.opening, "/manage/offers/{slug}/bookings"),
    both("/manage/offers/{slug}/requests/{booking}", queue.answer),
    both("/manage/offers/{slug}/add", queue.add, "pool"),
    both("/manage/offers/{slug}/queue", queue.queue, "booking"),
    get("/manage/offers/{slug}/demand", demand.demand),
    get("/manage/offers/{slug}/certificates", holders.listing),
    get("/manage/offers/{slug}/certificates/{booking}", holders.pdf),
    both("/manage/offers/{slug}/take-off", participants.take_off, "booking"),
    # people
    both("/sign-in", sign_in.sign_in),
    both("/sign-in/code", sign_in.code),
    both("/sign-in/again", sign_in.again, "next"),
    both("/sign-in/second-factor", second_factor.second_factor, "next"),
    get("/sign-in/second-factor/passkey/options", second_factor.passkey_options),
    post("/sign-in/second-factor/passkey", second_factor.passkey, "/sign-in", "next"),
    both("/sign-in/{token}", sign_in.link),
    post("/sign-out", sign_in.sign_out, "/"),
    get("/my-page", my_page.show),
    post("/my-page/profile", my_page.profile, "/my-page"),
    post("/my-page/calendar", my_page.new_calendar, "/my-page"),
    post("/my-page/calendar/revoke", my_page.revoke_calendar, "/my-page"),
    post("/my-page/sign-ins/end", my_page.end_sign_ins, "/my-page"),
    post("/my-page/sign-ins/{id}/end", my_page.end_sign_in, "/my-page"),
    both("/my-page/alias", my_page.alias),
    get("/my-page/goals", own_goals.listing),
    get("/my-page/goals/goals.pdf", own_goals.pdf),
    both("/my-page/goals/new", own_goals.new),
    both("/my-page/goals/{goal}/change", own_goals.change),
    both("/my-page/goals/{goal}/remove", own_goals.remove),
    get("/my-page/contacts", contacts.listing),
    both("/my-page/contacts/new", contacts.new),
    both("/my-page/contacts/verify", contacts.verify, "ticket"),
    both("/my-page/contacts/link/{token}", contacts.link),
    both("/my-page/contacts/{id}/remove", contacts.remove),
    get("/my-page/people", acting.people),
    both("/my-page/people/new", acting.new_person),
    both("/my-page/people/{id}/end", acting.end_person),
    get("/my-page/helpers", acting.helpers),
    post("/my-page/helpers/{id}/accept", acting.accept_helper, "/my-page/helpers"),
    both("/my-page/helpers/{id}/end", acting.end_helper),
    get("/my-page/looked", looked.looked),
    get("/my-page/download", download.download),
    get("/my-page/download.json", download.download_json),
    get("/my-page/download.html", download.download_html),
    both("/my-page/delete", erasure.erase),
    get("/my-page/second-factor", second_factor.show),
    both("/my-page/second-factor/app", second_factor.app, "next"),
    post("/my-page/second-factor/app/remove", second_factor.remove_app, "/my-page/second-factor"),
    get("/my-page/second-factor/passkeys/options", second_factor.new_passkey_options),
    post("/my-page/second-factor/passkeys", second_factor.add_passkey, "/my-page/second-factor", "next"),
    post(
        "/my-page/second-factor/passkeys/{id}/remove", second_factor.remove_passkey, "/my-page/second-factor"
    ),
    post("/my-page/second-factor/codes", second_factor.new_codes, "/my-page/second-factor"),
    get("/invitations/{token}", invitations.show),
    post("/invitations/{token}/accept", invitations.accept, "/invitations/{token}"),
    post("/invitations/{token}/decline", invitations.decline, "/invitations/{token}"),
    # guides
    get("/desk", guide.desk),
    get("/guide", guide.moved),
    post("/guide/calls", guide.tick, "/desk"),
    get("/desk/offers/{slug}", guide.begin),
    both("/desk/{call}", caller.show),
    post("/desk/{call}/end", caller.end, "/desk"),
    post("/desk/{call}/need", caller.need, "/desk/{call}"),
    post("/desk/{call}/need/undo", caller.take_back, "/desk/{call}"),
    both("/desk/{call}/booking", found.look),
    both("/desk/{call}/offers/{slug}", guide.book),
    both("/desk/{call}/offers/{slug}/send", sending.send),
    get("/desk/{call}/receipts/{token}", guide.receipt),
    # organisations and their work
    get("/manage", work.manage),
    both("/manage/calendars", work_calendars.calendars),
    post("/manage/calendars/revoke", work_calendars.revoke, "/manage/calendars"),
    get("/manage/organizations/{slug}", profile.show),
    get("/manage/organizations/{slug}/statistics", own_statistics.statistics),
    get("/manage/organizations/{slug}/statistics/download", own_statistics.save),
    both("/manage/organizations/{slug}/profile", profile.profile),
    both("/manage/organizations/{slug}/texts/{lang}", profile.text),
    both("/manage/organizations/{slug}/logo", profile.logo),
    post(
        "/manage/organizations/{slug}/logo/remove", profile.remove_logo, "/manage/organizations/{slug}/logo"
    ),
    get("/manage/organizations/{slug}/members", members.listing),
    both("/manage/organizations/{slug}/members/{membership}/change", members.change),
    both("/manage/organizations/{slug}/members/{membership}/end", members.end),
    post("/manage/organizations/{slug}/invitations", members.invite, "/manage/organizations/{slug}/members"),
    post(
        "/manage/organizations/{slug}/invitations/{invitation}/resend",
        members.resend,
        "/manage/organizations/{slug}/members",
    ),
    post(
        "/manage/organizations/{slug}/invitations/{invitation}/take-back",
        members.take_back,
        "/manage/organizations/{slug}/members",
    ),
    both("/manage/organizations/{slug}/leave", members.leave),
    both("/manage/organizations/{slug}/notices", notices.notices),
    both("/manage/offers/new", steps.new),
    get("/manage/offers/{slug}", publishing.show),
    both("/manage/offers/{slug}/what", steps.what),
    both("/manage/offers/{slug}/audience", steps.audience),
    both("/manage/offers/{slug}/place", steps.place),
    both("/manage/offers/{slug}/sessions", series.sessions),
    both("/manage/offers/{slug}/joining", joining.joining),
    both("/manage/offers/{slug}/picture", picture.picture),
    post("/manage/offers/{slug}/picture/remove", picture.remove, "/manage/offers/{slug}/picture"),
    both("/manage/offers/{slug}/publish", publishing.publish),
    get("/manage/offers/{slug}/preview", publishing.preview),
    both("/manage/offers/{slug}/texts/{lang}", publishing.text),
    get("/manage/offers/{slug}/questions", questions.listing),
    both("/manage/offers/{slug}/questions/new", questions.new),
    both("/manage/offers/{slug}/questions/{question}/change", questions.change),
    both("/manage/offers/{slug}/questions/{question}/remove", questions.remove),
    post("/manage/offers/{slug}/questions/{question}/up", questions.up, "/manage/offers/{slug}/questions"),
    post("/manage/offers/{slug}/copy", drafts.copy, "/manage/offers/{slug}"),
    both("/manage/offers/{slug}/delete", drafts.delete),
    post("/manage/offers/{slug}/hosts", team.add_host, "/manage/offers/{slug}"),
    post("/manage/offers/{slug}/hosts/{person}/remove", team.remove_host, "/manage/offers/{slug}"),
    post(
        "/manage/offers/{slug}/invitations/{invitation}/take-back",
        team.take_back_invitation,
        "/manage/offers/{slug}",
    ),
    post("/manage/offers/{slug}/organizers", team.add_organizer, "/manage/offers/{slug}"),
    post(
        "/manage/offers/{slug}/organizers/{organization}/remove",
        team.remove_organizer,
        "/manage/offers/{slug}",
    ),
    both("/manage/offers/{slug}/cancel", sessions.cancel_offer),
    get("/manage/offers/{slug}/call-list", calls.of_offer),
    post("/manage/offers/{slug}/calls", calls.tick, "/manage/offers/{slug}/call-list"),
    both("/manage/offers/{slug}/write", messages.to_offer),
    both("/manage/sessions/{id}/write", messages.to_session),
    both("/manage/sessions/{id}/move", sessions.move),
    both("/manage/sessions/{id}/cancel", sessions.cancel),
    get("/manage/sessions/{id}/call-list", calls.of_session),
    get("/manage/registers", past.registers),
    get("/manage/offers/{slug}/attendance", grid.grid),
    both("/manage/sessions/{id}/register", attendance.register),
    get("/manage/sessions/{id}/register/taps", taps.read),
    post("/manage/sessions/{id}/register/taps", taps.send, "/manage/sessions/{id}/register"),
    get("/manage/sessions/{id}/register/offline", offline.one),
    get("/manage/sessions/offline.json", offline.listing),
    get("/manage/sessions/phone.json", offline.phone),
    get("/manage/sessions/offline", offline.shell),
    get("/manage/sessions/worker.js", offline.worker),
    post("/manage/sessions/{id}/register/done", closing.finish, "/manage/sessions/{id}/register"),
    post("/manage/sessions/{id}/register/done/undo", closing.reopen, "/manage/sessions/{id}/register"),
    both("/manage/sessions/{id}/register/nobody", closing.nobody),
    get("/manage/sessions/{id}/list", attendance.door_list),
    both("/manage/sessions/{id}/walk-in", walk_in.walk_in),
    both("/manage/sessions/{id}/substitute", substitute.ask),
    post("/manage/sessions/{id}/substitute/revoke", substitute.revoke, "/manage/sessions/{id}/substitute"),
    both("/substitute/registers/{id}", substitute.register),
    both("/substitute/{token}", substitute.open_link),
    get("/manage/sessions/{id}/check-in", check_in.wall),
    post("/manage/sessions/{id}/check-in", check_in.turn, "/manage/sessions/{id}/check-in"),
    post("/manage/sessions/{id}/check-in/accept", check_in.accept, "/manage/sessions/{id}/check-in"),
    both("/check-in", check_in.check_in),
    # the municipality's answers to organisations
    get("/approvals", approval.approvals),
    both("/approvals/{slug}", approval.approval),
    both("/approvals/{slug}/name", approval.name),
    post("/approvals/{slug}/unit", approval.unit, "/approvals/{slug}"),
    post("/approvals/{slug}/register", approval.ask_register, "/approvals/{slug}"),
    *OF_COORDINATORS,
    # about
    get("/goodbye", erasure.goodbye),
    get("/privacy", home.privacy),
    get("/accessibility", home.accessibility),
    get("/help-now", home.help_now),
    get("/about", home.about),
    get("/about/retention", retention.retention),
    get("/about/operation", drill.operation),
    get("/.well-known/security.txt", home.security),
    get("/health/live", ready.live),
    get("/health/ready", ready.ready),
    Route("/static/{name:path}", static.serve, methods=["GET"]),
    # only in demo mode
    get("/demo/mailbox", demo.messages),
    get("/demo/mailbox.json", demo.messages_json),
    get("/demo/mailbox/{id}.eml", demo.eml),
    get("/demo/mailbox/{id}", demo.message),
    get("/demo/mails", demo.mails),
    get("/demo/mails/{name}", demo.mail),
    get("/demo/people.json", demo.people),
    get("/demo/register/enhetsregisteret/api/{kind}/{number}", demo.register),
    get("/demo/register/frivillighetsregisteret/api/{kind}/{number}", demo.register),
    get("/demo/codes", demo.codes),
    both("/demo/clock", demo.time),
]
