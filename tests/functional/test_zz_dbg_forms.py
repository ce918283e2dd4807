import pytest, time
from tests.functional.test_editor_builds_a_form import *
def test_dbg(visit, client, live_server):
    def p(*a): print(time.strftime("%X"), *a, flush=True)
    service = make_service()
    editor = visit(height=1400)
    editor.context.set_default_timeout(4000)
    sign_in(editor, client, live_server, make_editor())
    editor.goto(f"/admin/pages/{service.pk}/edit/"); p("open")
    editor.get_by_role("tab", name="Formulaire").click(); p("tab")
    add_block(editor, block(editor, "form-1"), "Short text"); p("added")
    added = block(editor, "form-1-value-fields-2")
    added.get_by_label("Question").first.fill("Adresse du bien"); p("label")
    added.get_by_role("button", name="Add a condition").click(); p("cond")
    added.get_by_role("combobox", name="Question").select_option(label="Motif"); p("q")
    added.get_by_role("combobox", name="Value").select_option(label="bail"); p("v")
    editor.screenshot(path="/tmp/edit.png")
    publish(editor); p("pub")
