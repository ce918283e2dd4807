"""Panel with the colours of the commune's arms, beside the colour fields of the settings."""

from wagtail.admin.panels import Panel

from . import arms_colours


class ArmsColoursPanel(Panel):
    """Suggested colours from the saved arms, each in the shades that the site can use."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "home/arms_colours_panel.html"

        def is_shown(self):
            return bool(self.instance.arms)

        def get_context_data(self, parent_context=None):
            found = arms_colours.suggest_colours(self.instance.arms)
            return super().get_context_data(parent_context) | {"suggestions": found}
