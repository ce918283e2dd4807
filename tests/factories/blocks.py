"""Values of blocks as editors enter them, and extreme ones that pages must withstand."""

LONG, WORD = "Une phrase qui ne veut pas finir. " * 30, "Donaudampfschifffahrt" * 4


def figures(many: int, **of_each) -> list[dict]:
    return [{"number": "90 m", "label": "de plage"} | of_each] * many


def step(**changed) -> dict:
    return {"title": "Vous demandez", "text": ""} | changed


def cells(columns: int, rows: int, cell: str = "x") -> dict:
    line = "|".join([cell] * columns)
    return {"caption": "Tarifs", "cells": "\n".join([line] * (rows + 1))}


EXTREMES = [
    ("heading", LONG),
    ("heading", WORD),
    ("text", f"<p>{LONG}</p><p>  </p><p><br/></p><h2></h2><hr/><hr/><ul><li>{WORD}</li></ul>"),
    ("figures", figures(30, number=WORD, label=WORD)),
    ("figures", []),
    ("quote", {"text": LONG, "who": WORD}),
    ("question", {"question": WORD, "answer": f"<p>{WORD}</p>"}),
    ("button", {"label": WORD, "page": None, "url": "https://example.org"}),
    ("steps", [step(title=WORD, text=LONG)] * 15),
    ("notice", {"title": WORD, "text": f"<p>{WORD}</p>"}),
    ("video", {"url": "https://vimeo.com/1084537", "title": LONG[:120], "length": "", "image": None}),
    ("table", cells(30, 2)),
    ("table", {"caption": LONG, "cells": "| Matin\n | x"}),
    ("table", {"caption": "Vide", "cells": ""}),
    ("gallery", []),
]
