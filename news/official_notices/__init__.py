"""Official notices (pilier public): acts that are posted for a time that the law sets, and gone from then on."""
