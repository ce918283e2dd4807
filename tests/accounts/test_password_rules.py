"""Rules of passwords, which only staff may have."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize("password", ["court", "orvenay-été", "123123123123", "1q2w3e4r5t6y"])
def test_short_or_common_password_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize("password", ["deux lacs et un pont", "x" * 128, "ééééééééééééé"])
def test_long_password_of_any_letters_is_accepted(password):
    validate_password(password)
