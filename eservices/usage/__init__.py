"""Usage of the site: visits of pages, steps where forms are left, ratings of requests. Nothing about a person."""
