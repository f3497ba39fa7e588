"""The twenty-eight ideas of the report (RR1179, annex 3 and table 1), in words of our own.

Each with its printed row and its problem statement. Leaves out the barriers, which are
found by row in the journeys. Always: twenty come from annex 3, two, five, seven and six
by problem statement, and eight from table 1, two by two.
"""

SHARING = "information-sharing"
ACROSS = "cross-agency-communication"
WITHIN = "within-agency-communication"
WIDER = "wider-organisations"

IDEAS: dict[str, tuple[str, str]] = {
    "A3-IS-1": (
        SHARING,
        "Print one short true story of a child who came to harm on the form that practitioners "
        "fill in when they share, so that the cost of silence is before them at that moment.",
    ),
    "A3-IS-2": (
        SHARING,
        "Every request says in two lines what good may come of an answer for this child.",
    ),
    "A3-EC-1": (
        ACROSS,
        "The agencies keep one plain directory together: who does what, and where to message them.",
    ),
    "A3-EC-2": (
        ACROSS,
        "A joint plan shows its end as the goal, cut into five small steps with dates; the line "
        "manager's reminder says how many of the five are done.",
    ),
    "A3-EC-3": (
        ACROSS,
        "Newsletters report how many teams carried their joint plan through last month, with one "
        "team telling how it went.",
    ),
    "A3-EC-4": (
        ACROSS,
        "New colleagues of the three agencies meet for a morning of quick chats, swap roles in a "
        "made-up case and clear up what they believed of one another.",
    ),
    "A3-EC-5": (
        ACROSS,
        "Planning meetings are by video unless somebody asks to meet in a room.",
    ),
    "A3-FC-1": (
        WITHIN,
        "Half an hour every other Tuesday is kept in senders' diaries for deciding who needs what.",
    ),
    "A3-FC-2": (
        WITHIN,
        "Senders get a monthly count of how many opened and clicked each message they sent.",
    ),
    "A3-FC-3": (
        WITHIN,
        "A message opens with the name of the team it is for, never with a greeting to everybody.",
    ),
    "A3-FC-4": (
        WITHIN,
        "One talk at the team meeting replaces a week of emails; half a page follows for the file.",
    ),
    "A3-FC-5": (
        WITHIN,
        "Partnership news comes as a task with a tick box in the case system, as part of the job.",
    ),
    "A3-FC-6": (
        WITHIN,
        "Managers ask for one remark on the month's messages in each supervision, and it counts "
        "towards a yearly objective.",
    ),
    "A3-FC-7": (
        WITHIN,
        "Leaders name a day by which they will answer what staff said, and show what they changed "
        "the last time.",
    ),
    "A3-WO-1": (
        WIDER,
        "A standing online forum lets school and charity staff follow what became of concerns and "
        "talk cases over.",
    ),
    "A3-WO-2": (
        WIDER,
        "When in doubt the rule is to check whether a school should be in: a flow chart by the "
        "phone and an automatic copy to its safeguarding lead.",
    ),
    "A3-WO-3": (
        WIDER,
        "A representative of schools and charities sets the date and half the agenda of each "
        "quarterly meeting.",
    ),
    "A3-WO-4": (
        WIDER,
        "A week after a school shares something, a note thanks it for the work it has put in and "
        "offers a link to ask what came of it.",
    ),
    "A3-WO-5": (
        WIDER,
        "Invitations to give feedback say what an organisation misses by staying silent.",
    ),
    "A3-WO-6": (
        WIDER,
        "Staff write down: if I raise a concern, then seven days later I ask what came of it; the "
        "calendar reminds them.",
    ),
    "T1-IS-1": (
        SHARING,
        "Heads of service tell at team meetings and in the newsletter what shared facts made "
        "possible, so that fear has something to be weighed against.",
    ),
    "T1-IS-2": (
        SHARING,
        "One page with a flow chart leads from three questions about the case to what may go to "
        "whom, and gives a number to ring when unsure.",
    ),
    "T1-CA-1": (
        ACROSS,
        "Agendas are written as questions, the first being who is best placed to lead this one.",
    ),
    "T1-CA-2": (
        ACROSS,
        "Each agency names a champion whom colleagues can ask, and who collects stories of plans "
        "that came off.",
    ),
    "T1-WA-1": (
        WITHIN,
        "A frontline colleague reads each message before it goes out and says what is unclear.",
    ),
    "T1-WA-2": (
        WITHIN,
        "Teams that comment see their remark printed beside the change it led to.",
    ),
    "T1-WO-1": (
        WIDER,
        "A standing five minutes at partnership meetings goes to a case that a charity or school "
        "helped to turn.",
    ),
    "T1-WO-2": (
        WIDER,
        "A picture on one page for each kind of organisation shows what it does for a child, and "
        "when to call it.",
    ),
}
"""By printed row: the problem statement, and the idea."""

ORGANISATIONS = ("DfE", "NHS", "Police", "DHSC", "Home Office")
"""Where the report's attendees came from (section 1.3.3)."""
