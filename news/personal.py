"""What parts of the news keep of a person, for their own space."""

from .directory import personal as directory_personal  # noqa: F401
from .proposals import personal as proposals_personal  # noqa: F401
from .waste import personal as waste_personal  # noqa: F401
