"""What search calls what stands here."""

from django.utils.translation import gettext_lazy as _

from home.search import Kind, search

search.register("news")(Kind(_("News"), _("News"), order=30))
search.register("event")(Kind(_("Agenda"), _("Agenda"), order=40))
search.register("notice")(Kind(_("Official notice"), _("Official notices"), order=35))
search.register("meeting")(Kind(_("Council"), _("Council"), order=36))
search.register("document")(Kind(_("Document"), _("Documents"), order=37))
search.register("directory")(Kind(_("Association or company"), _("Associations and companies"), order=45))
search.register("job")(Kind(_("Job"), _("Jobs"), order=38))
