from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VacanciesConfig(AppConfig):
    name = "news.vacancies"
    label = "news_vacancies"
    verbose_name = _("Jobs")
