"""Link checker for external addresses.

Only public hosts are requested, at each step of a redirect too. No body is read.
"""

from home.web.http_client import AnswerTooLarge, HttpClient, HttpRefused, HttpUnavailable

CLIENT = HttpClient(deadline=15, idle=6, max_redirects=4, standard_ports=True)
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; commune link check)"}
NO_HEAD = {400, 403, 404, 405, 406, 501}  # some servers answer HEAD differently from GET
GONE_STATUSES = {404, 410}


def link_error(url: str) -> str | None:
    """Return why an address does not answer; "" if it answers, None if that cannot be known."""
    try:
        status = _status("HEAD", url)
        return _said(_status("GET", url) if status in NO_HEAD else status)
    except HttpRefused:
        return None
    except AnswerTooLarge:
        return ""
    except HttpUnavailable as reason:
        return str(reason)


def _said(status: int) -> str | None:
    """Return the error of a status; "" if it is none, None if unknown.

    A server that refuses programs (401, 403, 429…) may answer browsers.
    """
    if status in GONE_STATUSES or status >= 500:
        return f"HTTP {status}"
    return "" if status < 400 else None


def _status(method: str, url: str) -> int:
    with CLIENT.open(method, url, headers=HEADERS) as answer:
        return answer.status_code
