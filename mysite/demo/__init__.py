"""The demo commune, Orvenay: invented people, texts, pictures and cases. No other app imports this package."""
