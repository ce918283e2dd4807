"""POST data of Wagtail's edit pages, whose StreamFields are rendered by JavaScript."""

from django.forms import BooleanField
from wagtail.test.utils.form_data import querydict_from_html


def page_form(client, url: str, **changes) -> dict:
    """Return the data that the edit page of a page posts, with changes."""
    shown = client.get(url)
    data = querydict_from_html(shown.content.decode(), form_id="page-edit-form").dict()
    form = shown.context["form"]
    for name, field in form.fields.items():
        if hasattr(field, "block"):
            data |= flat(name, field, form[name].value())
    return data | changes


def flat(prefix: str, field, value) -> dict:
    """Return the value of a bound field as the browser posts it."""
    block = getattr(field, "block", None)
    if block is None:
        shown = field.widget.format_value(value)
        return {prefix: "" if shown is None else shown}
    return flat_block(prefix, block, value)


def flat_block(prefix: str, block, value) -> dict:
    if hasattr(block, "grouped_child_blocks"):
        data = {f"{prefix}-count": len(value)}
        for number, child in enumerate(value):
            here = f"{prefix}-{number}"
            data |= {f"{here}-deleted": "", f"{here}-order": number, f"{here}-type": child.block_type}
            data |= {f"{here}-id": child.id, **flat_block(f"{here}-value", child.block, child.value)}
        return data
    if hasattr(block, "child_block"):
        data = {f"{prefix}-count": len(value)}
        for number, child in enumerate(value.bound_blocks):
            here = f"{prefix}-{number}"
            data |= {f"{here}-deleted": "", f"{here}-order": number, f"{here}-id": child.id}
            data |= flat_block(f"{here}-value", child.block, child.value)
        return data
    if hasattr(block, "child_blocks"):
        return {
            name: text
            for key, child in block.child_blocks.items()
            for name, text in flat_block(f"{prefix}-{key}", child, value.get(key)).items()
        }
    if isinstance(block.field, BooleanField):
        return {prefix: "on"} if value else {}
    shown = block.field.widget.format_value(block.field.prepare_value(block.value_for_form(value)))
    return {} if shown is None else {prefix: shown}
