"""Rules of appeal terms by country and canton, each with its source and with examples computed by hand.

The module contains only rules that a source supports; for every other place ``rules_of`` returns unknown rules
without recess. See ``docs/appeal-terms.md`` for what was left out and why.
"""

from .appeal_terms import MONTHS, AppealRules, AroundEaster, Example, MoreHolidays, Presumption, Season

EASTER = AroundEaster("easter", 7, 7)
SUMMER = Season("summer", (7, 15), (8, 15))
YEAR_END = Season("year_end", (12, 18), (1, 2))
AUGUST = Season("august", (8, 1), (8, 31))
SWISS_RECESS = (EASTER, SUMMER, YEAR_END)

# The post tries to deliver on the next working day, then holds the letter for seven days.
SWISS_POST = Presumption(1, 7, "art. 20 al. 2bis PA (RS 172.021) ; ATF 134 V 49")

# The list of public holidays contains only the five days that apply in both parts of the canton.
FRIBOURG_HOLIDAYS = MoreHolidays(
    fixed=((1, 2), (8, 15), (11, 1), (12, 8), (12, 26)),
    after_easter=(1, 50, 60),
    source="art. 1 de la loi fribourgeoise du 11.2.1965 relative à l’expiration des délais ; ATF 124 II 527",
)

_BEFORE_CHRISTMAS = Example("2026-11-26", 30, "2027-01-11")
_IN_SUMMER = Example("2026-07-20", 30, "2026-09-14")
_BEFORE_EASTER = Example("2026-03-10", 30, "2026-04-24")
_ON_A_SATURDAY = Example("2026-10-01", 30, "2026-11-02")

RULES = {
    one.key: one
    for one in (
        AppealRules(
            "CH-VD",
            "LPA-VD (BLV 173.36), art. 19, 95 et 96",
            "https://prestations.vd.ch/pub/blv-publication/accueil",
            recess=SWISS_RECESS,
            recess_source="art. 96 LPA-VD",
            presumption=SWISS_POST,
            examples=(_BEFORE_CHRISTMAS, _IN_SUMMER, _BEFORE_EASTER, _ON_A_SATURDAY),
            note="The recess holds before the cantonal court, not before administrative authorities.",
        ),
        AppealRules(
            "CH-GE",
            "LPA (rsGE E 5 10), art. 17, 62 et 63",
            "https://silgeneve.ch/legis/",
            recess=SWISS_RECESS,
            recess_source="art. 63 LPA",
            presumption=SWISS_POST,
            # The tenth of September 2026 is the Jeûne genevois.
            examples=(_BEFORE_CHRISTMAS, _IN_SUMMER, Example("2026-08-31", 10, "2026-09-11")),
        ),
        AppealRules(
            "CH-FR",
            "CPJA (RSF 150.1), art. 27 et 30",
            "https://bdlf.fr.ch/",
            recess=SWISS_RECESS,
            recess_source="art. 30 CPJA",
            presumption=SWISS_POST,
            more_holidays=FRIBOURG_HOLIDAYS,
            examples=(
                _BEFORE_CHRISTMAS,
                _IN_SUMMER,
                _BEFORE_EASTER,
                Example("2026-11-08", 30, "2026-12-09"),
                Example("2027-10-02", 30, "2027-11-02"),
                Example("2026-04-24", 30, "2026-05-26"),
                Example("2026-05-05", 30, "2026-06-05"),
                Example("2026-11-26", 30, "2026-12-28", suspended=False),
            ),
        ),
        AppealRules(
            "CH-TI",
            "LPAmm (RL 165.100), art. 16; legge sulla scadenza dei termini, 10.12.1964, art. 2",
            "https://www3.ti.ch/CAN/RLeggi/public/",
            recess=SWISS_RECESS,
            recess_source="art. 16 LPAmm",
            presumption=SWISS_POST,
            examples=(_IN_SUMMER, _BEFORE_EASTER),
        ),
        AppealRules(
            "CH-ZH",
            "VRG (LS 175.2), §§ 11 und 22",
            "https://www.zh.ch/de/politik-staat/gesetze-beschluesse/gesetzessammlung.html",
            presumption=SWISS_POST,
            examples=(Example("2026-11-26", 30, "2026-12-28"),),
            note="No recess for a Rekurs against a decision of a commune; only the Verwaltungsgericht has one (§ 71).",
        ),
        AppealRules(
            "CH-BE",
            "VRPG (BSG 155.21), Art. 41–43, 67 und 81",
            "https://www.belex.sites.be.ch/",
            presumption=SWISS_POST,
            examples=(Example("2026-11-26", 30, "2026-12-28"),),
            note="No recess in administrative proceedings.",
        ),
        AppealRules(
            "FR",
            "CJA, art. R. 421-1 et R. 421-5 ; CPC, art. 642",
            "https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006070933/",
            clear=True,
            examples=(
                Example("2027-02-01", 2, "2027-04-02", MONTHS),
                Example("2026-11-30", 2, "2027-02-01", MONTHS),
                Example("2026-12-31", 2, "2027-03-01", MONTHS),
            ),
            note="Two months, clear: neither the day of notification nor the last day counts.",
        ),
        AppealRules(
            "BE",
            "Arrêté du Régent du 23 août 1948, art. 4 et 88",
            "https://www.raadvst-consetat.be/",
            presumption=Presumption(3, 0, "arrêté du Régent du 23 août 1948, art. 4"),
            # The eleventh of November is a holiday.
            examples=(Example("2026-09-10", 60, "2026-11-09"), Example("2026-09-12", 60, "2026-11-12")),
        ),
        AppealRules(
            "DE",
            "VwGO, §§ 57, 58, 70 und 74; ZPO, § 222; BGB, §§ 187, 188 und 193",
            "https://www.gesetze-im-internet.de/vwgo/",
            presumption=Presumption(0, 4, "§ 41 Abs. 2 VwVfG, § 4 Abs. 2 VwZG"),
            # The third of October 2026 is a Saturday and a holiday.
            examples=(
                Example("2027-01-31", 1, "2027-03-01", MONTHS),
                Example("2026-09-03", 1, "2026-10-05", MONTHS),
            ),
        ),
        AppealRules(
            "IT",
            "D.lgs. 104/2010 (CPA), art. 29, 41, 52 e 54",
            "https://www.normattiva.it/",
            recess=(AUGUST,),
            recess_source="art. 54 CPA",
            examples=(Example("2026-07-15", 60, "2026-10-14"), Example("2026-08-10", 60, "2026-10-30")),
        ),
    )
}


def rules_key(country: str, subdivision: str) -> str:
    """Return the key of a place, such as ``CH-VD``."""
    return f"{country}-{subdivision}" if subdivision else country


def rules_of(key: str) -> AppealRules:
    """Return the rules of a place such as ``CH-VD``, or of its country; unknown rules without recess otherwise."""
    country, _dash, _subdivision = key.partition("-")
    return RULES.get(key) or RULES.get(country) or AppealRules(key, "", known=False)
