"""The operator's doctor: looks at an installation and says what to do, without sending or changing anything."""
