"""The contract of business software with the REST interface.

The sample of the supplier has ``fields`` that its test system accepts, ``refused`` fields that it refuses, and
``answers``: ``now``, ``polling`` or ``callback``, as in the configuration of a connected system.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.utils import timezone

from ..business_system import Operation, Receipt, ReceiptState, TransmissionRecord, UnreadableReceipt
from ..contrib.http_system import ANSWERS
from ..exchange_formats.json_format import record_as_data
from ..exchange_formats.receipt_reading import receipt_of_data
from .clauses import Clause, ClauseBroken, NotTried, Suite, expect_that
from .http_trial import HttpTrial, Reply, check_json_type, check_limits, check_refusal, check_utf8

SAMPLE = {"answers": "now", "fields": {"name": "Zoë d’Élia", "street": "Rue du Lac"}, "refused": {}}
PLAIN = (str, int, type(None))  # true and false are whole numbers to Python
ODD = 'O\'Brien "Zoé"; Łukasz\\, Ελένη, Иван, 李明, עדי\r\n<b>&amp;</b>'
DECIDED = {ReceiptState.ACCEPTED, ReceiptState.REFUSED, ReceiptState.ASKED_BACK}
PAGE = 100  # receipts in one answer
AT_ONCE = 4  # repetitions at the same moment
LONGEST_PAUSE = 5.0  # seconds between two questions


def sample_fault(sample: dict[str, Any]) -> str:
    """Return what is wrong with a sample, "" if nothing is. Pure."""
    if sample.get("answers") not in ANSWERS:
        return f"“answers” is none of {', '.join(ANSWERS)}"
    for name in ("fields", "refused"):
        if not is_row(sample.get(name)):
            return f"“{name}” is no object of texts, whole numbers, true or false"
    rows = sample.get("rows") or {}
    if not isinstance(rows, dict) or not all(
        isinstance(one, list) and all(map(is_row, one)) for one in rows.values()
    ):
        return "“rows” is no object of lists of rows"
    return "" if isinstance(sample.get("service") or "", str) else "“service” is no text"


def is_row(data: Any) -> bool:
    """Return whether data are a row of fields. Pure."""
    return isinstance(data, dict) and all(isinstance(one, PLAIN) for one in data.values())


# -- Requests --------------------------------------------------------------------------------------------------
def new_transmission(trial: HttpTrial, **changes: Any) -> dict[str, Any]:
    """Return a new transmission with the fields that the supplier accepts, marked as ours."""
    record = TransmissionRecord(
        key=str(uuid4()),
        identity=str(uuid4()),
        number=1,
        operation=Operation.NEW,
        reference="BENCH-1",
        service=trial.sample.get("service") or "bench",
        created_at=timezone.now(),
        fields=trial.require("fields"),
        rows=trial.sample.get("rows") or {},
    )
    return record_as_data(record) | changes


def next_transmission(body: dict[str, Any], operation: Operation) -> dict[str, Any]:
    """Return the transmission after another one of the same identity."""
    return body | {"key": str(uuid4()), "number": body["number"] + 1, "operation": operation.value}


def post_transmission(trial: HttpTrial, body: dict[str, Any]) -> Reply:
    """Send a transmission."""
    return trial.ask("POST", "/transmissions", body, headers={"Idempotency-Key": body["key"]})


def receipt_in(data: Any) -> Receipt:
    """Return the receipt of an answer. Raise ``ClauseBroken`` if it is none."""
    try:
        return receipt_of_data(data)
    except UnreadableReceipt as fault:
        raise ClauseBroken(f"The answer is no receipt: {fault}") from fault


def decide_transmission(trial: HttpTrial, body: dict[str, Any]) -> Receipt:
    """Send a transmission and return the receipt that decides about it, however it comes."""
    reply = post_transmission(trial, body)
    trial.expect_status(reply, 200, 201, 202, 422)
    return deciding_receipt(trial, body, reply)


def deciding_receipt(trial: HttpTrial, body: dict[str, Any], reply: Reply) -> Receipt:
    """Return the receipt that decides about a transmission: from the answer to it, or fetched."""
    if reply.status != 202:
        receipt = receipt_in(reply.data)
        if receipt.state in DECIDED:
            return receipt
    if trial.sample.get("answers") == "callback":
        raise NotTried("The decision comes by a call, which the bench does not take.")
    return receipt_in(wait_for(trial, body["key"]))


def accept_transmission(trial: HttpTrial, body: dict[str, Any]) -> Receipt:
    """Send a transmission that must be accepted."""
    receipt = decide_transmission(trial, body)
    expect_that(receipt.state == ReceiptState.ACCEPTED, f"The receipt is “{receipt.state}”.")
    return receipt


# -- Receipts that are fetched -----------------------------------------------------------------------------------
def waiting_rows(trial: HttpTrial) -> list[dict[str, Any]]:
    """Return the receipts that wait."""
    reply = trial.ask("GET", "/receipts")
    trial.expect_status(reply, 200)
    rows = reply.data.get("receipts") if isinstance(reply.data, dict) else None
    expect_that(isinstance(rows, list), "The answer has no list “receipts”.")
    return [one for one in rows or [] if isinstance(one, dict)]


def pages_until(trial: HttpTrial, key: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the receipts that wait, again and again, until one about ``key`` is among them."""
    ends, pause = time.monotonic() + trial.wait, 0.02
    while True:
        rows = waiting_rows(trial)
        yield rows
        if any(row.get("key") == key for row in rows):
            return
        if len(rows) >= PAGE:
            raise NotTried("A hundred other receipts wait. Acknowledge or delete them first.")
        if time.monotonic() >= ends:
            raise ClauseBroken(f"No decision came within {trial.wait:g} seconds.")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def wait_for(trial: HttpTrial, key: str) -> dict[str, Any]:
    """Return the receipt about a transmission once it can be fetched."""
    for rows in pages_until(trial, key):
        for row in rows:
            if row.get("key") == key:
                return row
    raise AssertionError  # pages end with the receipt, or raise


def fetched_receipt(trial: HttpTrial) -> dict[str, Any]:
    """Return a receipt that waits, of a new transmission."""
    if trial.sample.get("answers") != "polling":
        raise NotTried("The sample does not say that receipts are fetched (“answers”: “polling”).")
    body = new_transmission(trial)
    trial.expect_status(post_transmission(trial, body), 202, 200, 201)
    return wait_for(trial, body["key"])


def acknowledge_receipt(trial: HttpTrial, token: Any) -> Reply:
    """Acknowledge a receipt."""
    return trial.ask("POST", f"/receipts/{quote(str(token), safe='')}/acknowledgement", {})


# -- Clauses -----------------------------------------------------------------------------------------------------
def status_is_answered(trial: HttpTrial) -> None:
    trial.expect_status(trial.ask("GET", "/status"), 200)


def strangers_are_refused(trial: HttpTrial) -> None:
    requests = [("GET", "/status", None), ("POST", "/transmissions", new_transmission(trial))]
    polling = [("GET", "/receipts", None)] if trial.sample.get("answers") == "polling" else []
    check_refusal(trial, requests + polling)


def new_matter_is_accepted(trial: HttpTrial) -> None:
    body = new_transmission(trial)
    reply = post_transmission(trial, body)
    trial.expect_status(reply, 200, 201, 202)
    receipt = deciding_receipt(trial, body, reply)
    expect_that(receipt.state == ReceiptState.ACCEPTED, f"The receipt is “{receipt.state}”.")


def receipt_has_the_key(trial: HttpTrial) -> None:
    receipt = decide_transmission(trial, body := new_transmission(trial))
    expect_that(receipt.key == body["key"], f"The receipt is about {receipt.key}.")


def repetition_is_answered_as_before(trial: HttpTrial) -> None:
    body = new_transmission(trial)
    first = decide_transmission(trial, body)
    for again in answers_to_repetition(trial, body):
        expect_that(
            (first.state, first.their_reference) == (again.state, again.their_reference),
            f"First {first.state} as “{first.their_reference}”, then {again.state} as “{again.their_reference}”.",
        )


def answers_to_repetition(trial: HttpTrial, body: dict[str, Any]) -> list[Receipt]:
    """Send a transmission again and return the receipts that decide about it.

    If they are fetched, those that are there once a later transmission is decided: none, if the first one is gone.
    """
    reply = post_transmission(trial, body)
    trial.expect_status(reply, 200, 201, 202, 422)
    if reply.status != 202 and (receipt := receipt_in(reply.data)).state in DECIDED:
        return [receipt]
    later = new_transmission(trial)
    post_transmission(trial, later)
    return [
        receipt_in(row)
        for rows in pages_until(trial, later["key"])
        for row in rows
        if row.get("key") == body["key"]
    ]


def other_body_is_refused(trial: HttpTrial) -> None:
    body = new_transmission(trial)
    decide_transmission(trial, body)
    reply = post_transmission(trial, body | {"reference": "BENCH-2"})
    expect_that(400 <= reply.status < 500, f"Another body with the same key is answered with {reply.status}.")


def nonsense_is_refused(trial: HttpTrial) -> None:
    whole = new_transmission(trial)
    bodies = [
        b"{",
        b"[]",
        *(_as_bytes(whole, name) for name in ("key", "fields")),
        _as_bytes(whole | {"fields": [1]}),
    ]
    for content in bodies:
        reply = trial.ask(
            "POST", "/transmissions", content=content, headers={"Idempotency-Key": str(uuid4())}
        )
        expect_that(400 <= reply.status < 500, f"{_beginning(content)} is answered with {reply.status}.")


def refusal_has_reasons(trial: HttpTrial) -> None:
    body = new_transmission(trial, fields=trial.require("refused"))
    reply = post_transmission(trial, body)
    trial.expect_status(reply, 422, 202)
    receipt = deciding_receipt(trial, body, reply)
    expect_that(receipt.state == ReceiptState.REFUSED, f"The receipt is “{receipt.state}”.")
    expect_that(any(reason.text for reason in receipt.reasons), "The receipt has no reason.")


def correction_is_accepted(trial: HttpTrial) -> None:
    body = new_transmission(trial)
    accept_transmission(trial, body)
    accept_transmission(trial, next_transmission(body, Operation.CORRECTION))


def withdrawal_is_accepted(trial: HttpTrial) -> None:
    body = new_transmission(trial)
    accept_transmission(trial, body)
    accept_transmission(trial, next_transmission(body, Operation.WITHDRAWAL))


def odd_text_is_decided(trial: HttpTrial) -> None:
    fields = {name: odd_value(value) for name, value in trial.require("fields").items()}
    receipt = decide_transmission(trial, new_transmission(trial, fields=fields))
    expect_that(receipt.state in DECIDED, f"The receipt is “{receipt.state}”.")


def receipts_come_in_order(trial: HttpTrial) -> None:
    first = fetched_receipt(trial)
    body = new_transmission(trial)
    post_transmission(trial, body)
    *_before, rows = pages_until(trial, body["key"])
    keys = [row.get("key") for row in rows]
    expect_that(
        first["key"] not in keys or keys.index(first["key"]) < keys.index(body["key"]),
        "A later receipt is listed before an earlier one.",
    )


def receipt_waits_for_its_acknowledgement(trial: HttpTrial) -> None:
    row = fetched_receipt(trial)
    expect_that(row.get("id"), "The receipt has no “id”.")
    again = waiting_rows(trial)
    expect_that(
        row["key"] in [one.get("key") for one in again], "The receipt is gone before it is acknowledged."
    )


def acknowledged_receipt_is_gone(trial: HttpTrial) -> None:
    row = fetched_receipt(trial)
    for _time in range(2):  # the second after a crash
        reply = acknowledge_receipt(trial, row.get("id"))
        expect_that(200 <= reply.status < 300 or reply.status in (404, 410), f"The status is {reply.status}.")
    left = [one.get("key") for one in waiting_rows(trial)]
    expect_that(row["key"] not in left, "The receipt comes again after it was acknowledged.")


def unknown_acknowledgement_is_404(trial: HttpTrial) -> None:
    if trial.sample.get("answers") != "polling":
        raise NotTried("The sample does not say that receipts are fetched (“answers”: “polling”).")
    trial.expect_status(acknowledge_receipt(trial, f"bench-{uuid4()}"), 404, 410)


def odd_value(value: Any) -> Any:
    """Return a text with quotes, separators and scripts instead of a text that is no day; other values as they are."""
    if not isinstance(value, str):
        return value
    try:
        date.fromisoformat(value)
    except ValueError:
        return ODD
    return value


def _as_bytes(body: dict[str, Any], without: str = "") -> bytes:
    return json.dumps({key: value for key, value in body.items() if key != without}).encode()


def _beginning(content: bytes) -> str:
    return content[:20].decode()


def same_moment_is_one_matter(trial: HttpTrial) -> None:
    trial.depend_on("B5")
    body = new_transmission(trial)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(lambda _time: post_transmission(trial, body), range(AT_ONCE)))
    receipts = [receipt_in(one.data) for one in replies if one.status in (200, 201)]
    numbers = {one.their_reference for one in receipts if one.state == ReceiptState.ACCEPTED}
    numbers |= {one.their_reference for one in answers_to_repetition(trial, body)}
    expect_that(len(numbers) <= 1, f"It is registered as {', '.join(sorted(numbers))}.")


SUITE = Suite(
    "business",
    "Business software, REST",
    (
        Clause("B1", "`GET /status` is answered with 200.", status_is_answered),
        Clause("B2", "Requests without the agreed credentials get 401 or 403.", strangers_are_refused),
        Clause("B3", "A new transmission gets 200, 201 or 202 and is accepted.", new_matter_is_accepted),
        Clause("B4", "A receipt has the key of its transmission.", receipt_has_the_key),
        Clause(
            "B5",
            "A transmission that comes again gets the same receipt, and is registered once.",
            repetition_is_answered_as_before,
        ),
        Clause("B6", "A known key with another body gets a status 4xx.", other_body_is_refused),
        Clause("B7", "A body that is no transmission gets a status 4xx.", nonsense_is_refused),
        Clause("B8", "Values that cannot be taken get 422 with a receipt and reasons.", refusal_has_reasons),
        Clause("B9", "A correction is accepted.", correction_is_accepted),
        Clause("B10", "A withdrawal is accepted.", withdrawal_is_accepted),
        Clause(
            "B11",
            "Texts with quotes, line breaks and every script are accepted, refused or asked about.",
            odd_text_is_decided,
        ),
        Clause("B12", "`GET /receipts` lists the oldest receipt first.", receipts_come_in_order),
        Clause("B13", "A receipt waits until it is acknowledged.", receipt_waits_for_its_acknowledgement),
        Clause(
            "B14",
            "An acknowledged receipt does not come again; a second acknowledgement gets 2xx or 404.",
            acknowledged_receipt_is_gone,
        ),
        Clause("B15", "Acknowledging an unknown receipt gets 404.", unknown_acknowledgement_is_404),
        Clause(
            "B16",
            "The same transmission several times at the same moment is registered once.",
            same_moment_is_one_matter,
        ),
        Clause("B17", "Answers have the Content-Type `application/json`.", check_json_type),
        Clause("B18", "Answers are in UTF-8.", check_utf8),
        Clause("B19", "Each answer comes within 60 seconds and has at most 1 MB.", check_limits),
    ),
)
