"""Tables of addresses with the access that each requires, and checks of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.urls import get_resolver, reverse

OF_REQUESTS = {"django_session"}  # tables that any request may write


@dataclass(frozen=True)
class Address:
    """A request to an address, and the role that it requires at least.

    A value in ``args`` that is a key of ``parts`` is replaced by the object of the test's case; others stay.
    """

    method: str
    name: str
    args: tuple
    needs: int

    def ask(self, client, parts: dict):
        url = reverse(self.name, args=[parts.get(one, one) for one in self.args])
        return getattr(client, self.method)(url)


def get(name: str, *args, needs: int = 0) -> Address:
    return Address("get", name, args, needs)


def post(name: str, *args, needs: int = 0) -> Address:
    return Address("post", name, args, needs)


def both(name: str, *args, needs: int = 0) -> list[Address]:
    """Return the address for GET and for POST."""
    return [get(name, *args, needs=needs), post(name, *args, needs=needs)]


def registered(under: str) -> dict[str, str]:
    """Return the named addresses whose route begins with ``under``, by full name, with the module of their view."""
    return {
        name: module for name, route, module in _walked(get_resolver(), "", "") if route.startswith(under)
    }


def _walked(resolver, space: str, route: str) -> Iterator[tuple[str, str, str]]:
    for one in resolver.url_patterns:
        below = route + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _walked(one, f"{space}{one.namespace}:" if one.namespace else space, below)
        elif one.name:
            view = getattr(one.callback, "view_class", one.callback)
            yield space + one.name, below, getattr(view, "__module__", "")


@contextmanager
def nothing_written() -> Iterator[None]:
    """Fail if a request within the block writes to the database."""

    def only_read(execute, sql, params, many, context):
        verb, *words = sql.replace('"', "").split(maxsplit=3)
        writes = verb in ("INSERT", "UPDATE", "DELETE") and not OF_REQUESTS.intersection(words)
        assert not writes, sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(only_read):
        yield


def came_in(client, addresses, parts: dict) -> None:
    """Check that each address answers: with a page, a redirect or an error about the data."""
    for address in addresses:
        assert address.ask(client, parts).status_code in (200, 302, 409, 422), address


def refused(client, addresses, parts: dict, *, to: str = "") -> None:
    """Check that each address answers 404, or redirects ``to`` an address, and writes nothing."""
    with nothing_written():
        for address in addresses:
            answer = address.ask(client, parts)
            assert answer.status_code == (302 if to else 404), address
            assert not to or answer.url.partition("?")[0] == to, address


def reveals_nothing(client, addresses, parts: dict, *words: str) -> None:
    """Check that each address answers, without any of ``words``."""
    for address in addresses:
        answer = address.ask(client, parts)
        assert answer.status_code in (200, 302, 422), address
        said = b"".join(answer).decode()
        assert not [word for word in words if word in said], address
