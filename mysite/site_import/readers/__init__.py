"""Readers of sources, one module each."""

from .base import SourceReader
from .drupal import DrupalReader
from .feeds import FeedReader
from .sitemap import SitemapReader
from .tables import TableReader
from .typo3 import Typo3Reader
from .wordpress import WordPressReader

READERS: dict[str, SourceReader] = {
    reader.key: reader
    for reader in (
        SitemapReader(),
        WordPressReader(),
        DrupalReader(),
        Typo3Reader(),
        TableReader(),
        FeedReader(),
    )
}
