"""What somebody says before all of theirs is deleted."""

from marketplace.base.web.forms import Form, lazy


class EraseForm(Form):
    sure: bool

    words = {"sure": {"otherwise": lazy("Kryss av for at du vil slette alt.")}}
