"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    FOCUS_AREA_CHANGED = "focus_area.changed"
    FOCUS_AREA_MADE = "focus_area.made"
    FOCUS_AREA_MOVED = "focus_area.moved"
    FOCUS_AREA_REMOVED = "focus_area.removed"
    GOAL_CHANGED = "goal.changed"
    GOAL_COMMENTED = "goal.commented"
    GOAL_MADE = "goal.made"
    GOAL_WITHDRAWN = "goal.withdrawn"
    MEASURE_CHANGED = "measure.changed"
    MEASURE_COMMENTED = "measure.commented"
    MEASURE_MADE = "measure.made"
    MEASURE_MOVED = "measure.moved"
    PLAN_BROUGHT_BACK = "plan.brought_back"
    PLAN_CHANGED = "plan.changed"
    PLAN_COPIED = "plan.copied"
    PLAN_MADE = "plan.made"
    PLAN_RETIRED = "plan.retired"
    POPULATION_SAVED = "population.saved"
