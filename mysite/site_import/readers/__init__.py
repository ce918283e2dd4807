"""Readers of sources, one module each."""

from .base import SourceReader
from .feeds import FeedReader
from .tables import TableReader
from .wordpress import WordPressReader

READERS: dict[str, SourceReader] = {
    reader.key: reader for reader in (WordPressReader(), FeedReader(), TableReader())
}
