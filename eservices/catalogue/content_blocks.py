"""Content block that links to a service."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.blocks.content import content_blocks


def service_teaser_data(page, locale_id, request) -> dict | None:
    from .service_teaser import service_teaser

    return service_teaser(page, locale_id, request)


class ServiceTeaserBlock(blocks.StructBlock):
    """A link to a service with its title, cost and time, which follow changes of the service."""

    page = blocks.PageChooserBlock(label=_("Service"), page_type=["eservices_catalogue.ServicePage"])
    label = blocks.CharBlock(
        required=False,
        default="",
        max_length=60,
        label=_("Text of the button"),
        help_text=_("A verb: “Order a certificate”. If empty, the service’s own text."),
    )

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        here = getattr(context.get("page"), "locale_id", None)
        page = value.get("page")
        return context | {
            "service": service_teaser_data(page, here, context.get("request")) if page else None
        }

    class Meta:
        icon = "form"
        label = _("Call to a service")
        template = "catalogue/blocks/service_call.html"
        preview_value = {"page": None, "label": _("Order a certificate")}
        description = _("A service of the counter, with what it costs and how long it takes.")


content_blocks.register("service")(ServiceTeaserBlock())
