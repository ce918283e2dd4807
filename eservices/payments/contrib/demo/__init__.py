"""Test provider with a page to pay, decline, wait or leave unanswered. The page shows that no money moves."""
