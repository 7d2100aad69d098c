"""Every mails module there is: what is imported here can be sent, previewed and tested."""

from marketplace.dialogue import mails as dialogue_mails
from marketplace.goals.plans.measures import mails as measures_mails
from marketplace.guide.ringing import mails as ringing_mails
from marketplace.guide.sending import mails as sending_mails
from marketplace.people import mails as people_mails
from marketplace.people.acting import mails as acting_mails
from marketplace.people.contacts import mails as contacts_mails
from marketplace.people.sign_in import mails as sign_in_mails
from offers.attendance.substitute import mails as substitute_mails
from offers.bookings import mails as bookings_mails
from offers.bookings.links import mails as links_mails
from offers.bookings.mending import mails as mending_mails
from offers.bookings.several import mails as several_mails
from offers.bookings.times import mails as times_mails
from offers.messages import mails as messages_mails
from offers.messages.closings import mails as closings_mails
from offers.messages.follow_up import mails as follow_up_mails
from offers.messages.openings import mails as openings_mails
from offers.messages.reminders import mails as reminders_mails
from offers.publishing.team import mails as team_mails
from offers.sessions import mails as sessions_mails
from offers.work import mails as work_mails
from offers.work.unsent import mails as unsent_mails
from organizations.approval import mails as approval_mails
from organizations.members import mails as members_mails

MAILS = (
    people_mails, sign_in_mails, contacts_mails, acting_mails, members_mails, approval_mails, team_mails,
    bookings_mails, several_mails, times_mails, links_mails, mending_mails, sessions_mails, messages_mails,
    reminders_mails, follow_up_mails, openings_mails, closings_mails, work_mails, dialogue_mails, measures_mails,
    ringing_mails, sending_mails, substitute_mails, unsent_mails,
)  # fmt: skip
