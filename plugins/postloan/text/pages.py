"""Pages of HTML from templates, where whatever a value holds is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

SHARED = Path(__file__).with_name("templates")
"""The frame of every page, and how a table looks."""


def page(template: Path, **values: Any) -> str:
    """A page from a template that may extend and import those in `SHARED`.

    Args:
        template: `<name>.html.j2`, in the folder `templates` beside the module that shows it.
        values: what the template names; one that it names and does not get is an error.
    """
    return _environment(template.parent).get_template(template.name).render(values)


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader((folder, SHARED)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
