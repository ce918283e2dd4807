"""Form fields that accept what people really type, with errors that say what to do.

A ``ValidationError`` about one part of an answer (the year of a date) has ``params={"part": "year"}``.
"""

from .base import PartsWidget
from .choices import ChoiceField, ChoicesField, ConsentField, YesNoField
from .dates import DateField, DateRangeField, TimeField
from .files import FilesField, FilesInput
from .identities import (
    AVSField,
    CompanyField,
    IBANField,
    MatriculeField,
    MicrochipField,
    NRNField,
    PlateField,
    normalize_plate,
)
from .numeric import NumberField
from .people import PersonField
from .places import AddressField, MapPointField
from .text import EmailField, LineField, PhoneField, TextField, URLField

__all__ = [
    "AVSField",
    "AddressField",
    "ChoiceField",
    "ChoicesField",
    "CompanyField",
    "ConsentField",
    "DateField",
    "DateRangeField",
    "EmailField",
    "FilesField",
    "FilesInput",
    "IBANField",
    "LineField",
    "MapPointField",
    "MatriculeField",
    "MicrochipField",
    "NRNField",
    "NumberField",
    "PartsWidget",
    "PersonField",
    "PhoneField",
    "PlateField",
    "TextField",
    "TimeField",
    "URLField",
    "YesNoField",
    "normalize_plate",
]
