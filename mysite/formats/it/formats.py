from django.conf.locale.it import formats as usual

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "l j F Y H:i"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y H:i"
DATE_INPUT_FORMATS = [*usual.DATE_INPUT_FORMATS, "%d.%m.%Y"]
DATETIME_INPUT_FORMATS = [*usual.DATETIME_INPUT_FORMATS, "%d.%m.%Y %H:%M"]
