"""In which of our languages somebody reads, where their address does not say."""

from marketplace.base.i18n import LANGUAGES, SOURCE

OURS = {code: code for code in LANGUAGES} | {"no": "nb"}


def preferred(asked: str, accepted: str) -> str:
    """The language of the address, if it names one; else the first of Accept-Language that is ours."""
    if asked != SOURCE:
        return asked
    wishes = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, *weights = part.strip().lower().split(";")
        lang, weight = OURS.get(tag.split("-")[0].strip()), 1.0
        for each in weights:
            name, _, told = each.strip().partition("=")
            weight = _weight(told) if name == "q" else weight
        if lang and weight > 0:
            wishes.append((-weight, place, lang))
    return min(wishes)[2] if wishes else SOURCE


def _weight(told: str) -> float:
    """0 to 1; 0 for what is no number."""
    try:
        weight = float(told)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
