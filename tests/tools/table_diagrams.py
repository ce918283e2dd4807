"""Pages of the apps with their tables: docs/apps/LABEL.md, and a diagram beside it as LABEL.svg.

usage: python -m tests.tools.table_diagrams. Needs ``dot`` (apt install graphviz) for diagrams that changed.
``tests/test_docs.py`` compares the pages and the source of each diagram with the models.
"""

import hashlib
import html
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import django
from django.apps import AppConfig, apps

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/apps"
PACKAGES = {"home", "news", "newsletter", "eservices"}
OWN, FOREIGN = "#1d4e89", "#666666"
HEADER = f"""digraph {{
  graph [rankdir=LR bgcolor=white fontname="Helvetica" nodesep=0.25 ranksep=0.9 pad=0.2]
  node [shape=plain fontname="Helvetica" fontsize=11]
  edge [color="{FOREIGN}" arrowsize=0.6 fontname="Helvetica" fontsize=9 fontcolor="{FOREIGN}"]
"""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    wanted = {"index.md": index_page()}
    for config in documented_apps():
        wanted[f"{config.label}.md"] = app_page(config)
        diagram = FOLDER / f"{config.label}.svg"
        if config_models(config):
            wanted[diagram.name] = ""
            if diagram_mark(diagram) != source_mark(dot_source(config)):
                draw(dot_source(config), diagram)
                print(diagram.relative_to(ROOT))
    for name, text in wanted.items():
        if text:
            (FOLDER / name).write_text(text)
    for path in FOLDER.iterdir():
        if path.name not in wanted:
            path.unlink()


def documented_apps() -> list[AppConfig]:
    """Return the apps of this project, from the ground up."""
    return [one for one in reversed(apps.app_configs.values()) if one.name.split(".")[0] in PACKAGES]


def config_models(config: AppConfig) -> list[type]:
    return sorted(config.get_models(), key=lambda model: model.__name__)


def index_page() -> str:
    rows = [
        f"| [{one.name}]({one.label}.md) | {purpose(one)} | {len(config_models(one))} |"
        for one in documented_apps()
    ]
    toc = "\n".join(one.label for one in documented_apps())
    return f"""# Apps and their tables

From the ground up: an app imports only from those above it in this list. Each page is written from the code by
`python -m tests.tools.table_diagrams`.

| App | What it is for | Tables |
|---|---|---|
{"\n".join(rows)}

```{{toctree}}
:hidden:

{toc}
```
"""


def app_page(config: AppConfig) -> str:
    models = config_models(config)
    parts = [f"# {config.name}", purpose(config)]
    parts += [f"Label `{config.label}`. The code is in `{config.name.replace('.', '/')}/`."]
    if not models:
        return "\n\n".join([*parts, "This app has no tables."]) + "\n"
    parts += [f"![Tables of {config.name} and their foreign keys]({config.label}.svg)"]
    rows = [f"| `{model.__name__}` | {meaning(model)} |" for model in models]
    return "\n\n".join([*parts, "## Tables", "| Table | Meaning |\n|---|---|\n" + "\n".join(rows)]) + "\n"


def purpose(config: AppConfig) -> str:
    return first_line(import_module(config.name)) or str(config.name)


def meaning(model: type) -> str:
    own = model.__doc__ if model.__doc__ and not model.__doc__.startswith(f"{model.__name__}(") else ""
    return re.sub(r"``(.+?)``", r"`\1`", own.split("\n")[0].strip()).replace("|", "\\|")


def first_line(module) -> str:
    return (module.__doc__ or "").strip().split("\n")[0].replace("``", "`")


def dot_source(config: AppConfig) -> str:
    """Return the diagram of an app as Graphviz source: tables with their keys, and edges to other tables.

    Keys to accounts have no edge.
    """
    models = config_models(config)
    nodes, edges, others = [], [], set()
    for model in models:
        keys = list(keys_of(model))
        nodes.append(node(model.__name__, [name for name, _target in keys]))
        for name, target in keys:
            if target.__name__ == "User" and target not in models:
                continue  # nearly every table has one
            other = target if target in models else f"{target._meta.app_label}.{target.__name__}"
            others |= {other} if isinstance(other, str) else set()
            head = f'"{other}"' if isinstance(other, str) else target.__name__
            edges.append(f"  {model.__name__}:{name} -> {head}")
    outside = [
        f'  "{one}" [shape=box color="{FOREIGN}" fontcolor="{FOREIGN}" height=0.2]' for one in sorted(others)
    ]
    return HEADER + "\n".join([*nodes, *outside, *edges]) + "\n}\n"


def keys_of(model: type):
    """Yield name and target of the keys that a table has itself, without those of Wagtail to users and locales."""
    for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
        target = field.related_model if field.is_relation else None
        if (
            target
            and not isinstance(target, str)
            and target._meta.app_label not in {"wagtailcore", "contenttypes"}
        ):
            yield field.name, target


def node(name: str, keys: list[str]) -> str:
    rows = "".join(f'<tr><td align="left" port="{key}">{html.escape(key)}</td></tr>' for key in keys)
    title = f'<tr><td bgcolor="{OWN}"><font color="white"><b>{name}</b></font></td></tr>'
    return f'  {name} [label=<<table border="0" cellborder="1" cellspacing="0" cellpadding="4">{title}{rows}</table>>]'


def source_mark(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def diagram_mark(path: Path) -> str:
    """Return the hash of the source that a diagram was drawn from; "" if there is none."""
    found = re.search("<!-- source ([0-9a-f]{64}) -->", path.read_text()) if path.exists() else None
    return found[1] if found else ""


def draw(source: str, path: Path) -> None:
    try:
        drawn = subprocess.run(
            ["dot", "-Tsvg"], input=source, capture_output=True, check=True, text=True
        ).stdout
    except FileNotFoundError:
        sys.exit("apt install graphviz")
    svg = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", drawn[drawn.index("<svg") :], flags=re.DOTALL)
    path.write_text(f"<!-- source {source_mark(source)} -->\n{svg}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.test")
    django.setup()
    main()
