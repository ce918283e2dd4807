"""E-mails about waste reminders. Each is queued in the transaction of its cause."""

from datetime import date

from django.urls import reverse
from django.utils import translation

from eservices.deliveries.actions import queue_email
from home.links.page_links import absolute_url
from home.web.secret_links import one_click_headers

from .collection_dates import CollectionSeries
from .models import WasteDistrict, WasteReminder
from .reminder_times import ReminderTime


def send_opt_in(reminder: WasteReminder, language: str, when: str) -> None:
    """Ask the owner of an address to confirm a reminder."""
    _send(
        reminder,
        "opt_in",
        language,
        link=f"{_link('waste_confirm', reminder, language)}?when={when}",
        expires_at=reminder.link_expires_at,
        when=ReminderTime(when),
    )


def send_collection_reminder(reminder: WasteReminder, day: date, rounds: list[CollectionSeries]) -> None:
    """Send what is collected on a day."""
    stop = _link("waste_end", reminder, reminder.language)
    names = list(dict.fromkeys(one.title for one in rounds))
    out_before = min(one.out_before for one in rounds)
    _send(
        reminder,
        "remind",
        reminder.language,
        headers=one_click_headers(stop),
        day=day,
        names=names,
        out_before=out_before,
        evening=reminder.when == ReminderTime.EVENING,
    )


def send_district_deleted(reminder: WasteReminder) -> None:
    """Notify the owner that the reminder ended with its district, with the link to choose another."""
    choose = _address("waste_ask", reminder.language)
    _send(reminder, "district_gone", reminder.language, choose=choose)


def reminder_subject(reminder: WasteReminder) -> str:
    """Return the subject of a reminder's e-mails in the outbox."""
    return f"waste-reminder:{reminder.pk}"


def _send(
    reminder: WasteReminder, letter: str, language: str, headers: dict | None = None, **context
) -> None:
    districts = {one.translation_key: one for one in WasteDistrict.in_language(language)}
    queue_email(
        to=reminder.email,
        template=f"news/waste/emails/{letter}",
        context=context
        | {"district": districts.get(reminder.district), "stop": _link("waste_end", reminder, language)},
        language=language,
        subject=reminder_subject(reminder),
        headers=headers,
    )


def _link(name: str, reminder: WasteReminder, language: str) -> str:
    return _address(name, language, reminder.secret)


def _address(name: str, language: str, *args: str) -> str:
    with translation.override(language):
        path = reverse(f"news:{name}", args=args)
    return absolute_url(path)
