"""Pages as people use them in a browser: their locators and actions have names here, and tests use these names."""
