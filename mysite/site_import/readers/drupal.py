"""Reader of Drupal by its JSON:API: at the address of the site, or from a file with saved answers."""

import json
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import SourceError
from ..old_addresses import absolute_address
from ..source_files import Source
from ..source_objects import ARTICLE, EVENT, PAGE, REDIRECT, SourceObject
from .base import SourceReader

MOST_ANSWERS, MOST_RELATED = 500, 3_000  # requests for lists, and for pictures and categories
KINDS = {
    "article": ARTICLE,
    "news": ARTICLE,
    "actualite": ARTICLE,
    "aktuell": ARTICLE,
    "blog": ARTICLE,
    "event": EVENT,
}
KINDS |= {"actu": ARTICLE, "evenement": EVENT, "veranstaltung": EVENT, "agenda": EVENT}
BODIES = ("body", "field_body", "field_text", "field_content", "field_contenu", "field_inhalt")
SUMMARIES = ("field_lead", "field_chapo", "field_summary", "field_teaser", "field_intro")
PICTURES = ("field_image", "field_picture", "field_bild", "field_photo")
STARTS = ("field_date", "field_event_date", "field_start", "field_datum")
PLACES = ("field_place", "field_location", "field_lieu", "field_ort")


class DrupalReader(SourceReader):
    """Nodes, their pictures and categories, and the redirects of the module Redirect if they are public."""

    key, label = "drupal", gettext_lazy("Drupal: JSON:API, by address or file")
    files = (".json",)

    def objects(self, source: Source) -> Iterator[SourceObject]:
        if source.export:
            documents = _saved_documents(self.expected_file(source).read())
            known = {(one["type"], one["id"]): one for one in _resources(documents)}
            for resource in known.values():
                yield from _object(
                    resource, source.address, lambda link: known.get((link["type"], link["id"]))
                )
            return
        related = _Related(source)
        for resource in _requested(source):
            yield from _object(resource, source.address, related)


def _saved_documents(content: bytes) -> list:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceError(_("This is not JSON that can be read.")) from error
    return found if isinstance(found, list) else [found]


def _resources(documents: list) -> Iterator[dict]:
    """Yield the valid resources of documents of JSON:API. Raise SourceError if a document is none."""
    for document in documents:
        if not isinstance(document, dict) or not isinstance(document.get("data"), list | dict):
            raise SourceError(_("This is no answer of Drupal’s JSON:API."))
        data = document["data"] if isinstance(document["data"], list) else [document["data"]]
        included = document.get("included") if isinstance(document.get("included"), list) else []
        for one in [*data, *included]:
            if (
                isinstance(one, dict)
                and one.get("type")
                and one.get("id")
                and isinstance(one.get("attributes"), dict)
            ):
                yield one


def _requested(source: Source) -> Iterator[dict]:
    start = urljoin(source.address, "/jsonapi")
    links = _answer(source, start).get("links")
    named = {name: _href(link) for name, link in links.items()} if isinstance(links, dict) else {}
    lists = [href for name, href in named.items() if name.startswith(("node--", "redirect--"))]
    if not lists:
        raise SourceError(_("The JSON:API of this Drupal names no pages. Switch on the module JSON:API."))
    asked = 0
    for first in lists:
        address: str = first
        while address and asked < MOST_ANSWERS:
            if urlsplit(address).netloc != urlsplit(source.address).netloc:
                break
            try:
                document = _answer(source, address)
            except SourceError:
                if address != first:
                    raise
                break  # not public, such as redirects
            asked += 1
            yield from _resources([document])
            links = document.get("links")
            address = _href(links.get("next")) if isinstance(links, dict) else ""


def _answer(source: Source, address: str) -> dict:
    answer = source.ask(address)
    if answer.status_code != 200:
        raise SourceError(f"{urlsplit(address).path}: HTTP {answer.status_code}")
    try:
        document = answer.json()
    except ValueError as error:
        raise SourceError(_("This is no answer of Drupal’s JSON:API.")) from error
    if not isinstance(document, dict):
        raise SourceError(_("This is no answer of Drupal’s JSON:API."))
    return document


def _href(link) -> str:
    value = link.get("href") if isinstance(link, dict) else link
    return str(value or "")


class _Related:
    """Requests pictures and categories of nodes, each once."""

    def __init__(self, source: Source):
        self.source = source
        self.found: dict[tuple[str, str], dict | None] = {}

    def __call__(self, link: dict) -> dict | None:
        key = (str(link["type"]), str(link["id"]))
        if key not in self.found and len(self.found) < MOST_RELATED:
            path = f"/jsonapi/{key[0].replace('--', '/')}/{key[1]}"
            try:
                document = _answer(self.source, urljoin(self.source.address, path))
                self.found[key] = next(_resources([document]), None)
            except SourceError:
                self.found[key] = None
        return self.found.get(key)


def _object(resource: dict, base: str, related) -> Iterator[SourceObject]:
    kind, _sign, bundle = str(resource["type"]).partition("--")
    if kind == "redirect":
        yield from _redirect(resource, base)
    elif kind == "node":
        yield _node(resource, bundle, base, related)


def _node(resource: dict, bundle: str, base: str, related) -> SourceObject:
    values = resource["attributes"]
    number, path = values.get("drupal_internal__nid"), values.get("path")
    alias = str(path.get("alias") or "") if isinstance(path, dict) else ""
    language = str(values.get("langcode") or "")
    plain = f"/node/{number}" if number else ""
    paths = [one for one in (alias, plain) if one]
    paths += [f"/{language[:2]}{one}" for one in paths] if language else []
    addresses = [absolute_address(base, one) for one in paths]
    body = _first(values, BODIES)
    found = SourceObject(
        KINDS.get(bundle, PAGE),
        f"{resource['id']}:{language[:2]}",
        address=addresses[0] if addresses else "",
        other_addresses=addresses[1:],
        title=str(values.get("title") or ""),
        body=_html(body),
        summary=str(body.get("summary") or "") if isinstance(body, dict) else "",
        date=str(values.get("created") or ""),
        language="" if language in ("und", "zxx") else language[:2],
        published=values.get("status", True) is not False,
    )
    found.summary = found.summary or _html(_first(values, SUMMARIES))
    found.place = _html(_first(values, PLACES))
    when = _first(values, STARTS)
    found.start = str(when.get("value") or "") if isinstance(when, dict) else str(when or "")
    found.end = str(when.get("end_value") or "") if isinstance(when, dict) else ""
    if found.kind == EVENT and not found.start:
        found.kind = PAGE
    _add_related(found, resource, base, related)
    return found


def _add_related(found: SourceObject, resource: dict, base: str, related) -> None:
    relations = resource.get("relationships")
    for name, relation in relations.items() if isinstance(relations, dict) else ():
        data = relation.get("data") if isinstance(relation, dict) else None
        for link in data if isinstance(data, list) else [data]:
            if not isinstance(link, dict) or not link.get("type") or not link.get("id"):
                continue
            if name in PICTURES and link["type"] == "file--file" and not found.picture:
                file = related(link)
                uri = file["attributes"].get("uri") if file else None
                found.picture = (
                    absolute_address(base, str(uri.get("url") or "")) if isinstance(uri, dict) else ""
                )
                meta = link.get("meta")
                found.alt = str(meta.get("alt") or "") if isinstance(meta, dict) else ""
            elif str(link["type"]).startswith("taxonomy_term--") and (term := related(link)):
                found.categories.append(str(term["attributes"].get("name") or ""))


def _redirect(resource: dict, base: str) -> Iterator[SourceObject]:
    values = resource["attributes"]
    old, target = values.get("redirect_source"), values.get("redirect_redirect")
    if isinstance(old, dict) and isinstance(target, dict) and old.get("path"):
        uri = str(target.get("uri") or "").removeprefix("internal:").removeprefix("base:")
        uri = uri.replace("entity:", "/")
        path = f"/{str(old['path']).lstrip('/')}"
        yield SourceObject(
            REDIRECT,
            str(resource["id"]),
            address=absolute_address(base, path),
            title=path,
            target=absolute_address(base, uri),
        )


def _first(values: dict, names: tuple[str, ...]):
    found = next((values[name] for name in names if values.get(name)), None)
    return found[0] if isinstance(found, list) and found else found


def _html(value) -> str:
    if isinstance(value, dict):
        return str(value.get("processed") or value.get("value") or "")
    return str(value or "")
