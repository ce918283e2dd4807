"""Import of an old site: its pages, news, events, files and redirects, from a crawl or an export."""
