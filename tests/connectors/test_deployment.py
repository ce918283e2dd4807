"""What the deployment check says about the way of dossiers: refused beside accepted."""

import pytest
from django.core import checks


def said() -> list[str]:
    found = checks.run_checks(tags=["connectors"], include_deployment_checks=True)
    return [one.id for one in found if one.id.startswith("connectors.")]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("webdav://ged:secret@ged.example/dossiers", True),
        ("webdavs://ged:secret@ged.example/dossiers", False),
        ("directory:/srv/ged", False),
    ],
)
def test_the_operator_is_warned_where_dossiers_travel_in_clear(settings, url, warned):
    settings.GED_URL = url
    assert said() == (["connectors.W001"] if warned else [])
