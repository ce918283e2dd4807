"""Faults of other systems, with the clauses by which the bench finds each of them. Every clause finds one."""

from collections.abc import Callable
from dataclasses import dataclass, field

from eservices.connectors.doubles.business_double import BusinessDouble
from eservices.connectors.doubles.json_server import JsonHandler
from eservices.connectors.doubles.register_double import RegisterDouble

from . import broken_doubles as systems
from . import broken_providers as providers
from . import broken_stores as stores


@dataclass(frozen=True)
class Fault:
    """A double that breaks a clause. ``more``: options of the trial. ``follows``: later clauses that break with it.

    ``double``: for ``webdav``, the proxy in front of a server.
    """

    clause: str
    kind: str
    double: Callable
    handler: type[JsonHandler] = JsonHandler
    more: dict = field(default_factory=dict)
    follows: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        part = self.handler if self.handler is not JsonHandler else self.double
        return f"{self.clause}-{part.__name__}"

    @property
    def suite(self) -> str:
        return "records" if self.kind == "webdav" else self.kind


POLLING = {"answers": "polling"}
SOON = {"within": 1}  # seconds
FAULTS = [
    Fault("B1", "business", BusinessDouble, systems.NeverEndsTheStatus, follows=("B19",)),
    Fault("B2", "business", BusinessDouble, systems.AnswersWithoutToken),
    Fault("B2", "business", BusinessDouble, systems.RedirectsStrangers),
    Fault("B3", "business", BusinessDouble, systems.LosesTheFirstAnswer),
    Fault("B4", "business", systems.WritesWrongReference),
    Fault("B5", "business", systems.AcceptsTwice),
    Fault("B6", "business", systems.IgnoresOtherBody),
    Fault("B7", "business", systems.AcceptsNonsense),
    Fault("B8", "business", systems.AcceptsLongTexts),
    Fault("B8", "business", systems.RefusesWithWrongStatus),
    Fault("B8", "business", BusinessDouble, systems.CutsRefusalsOff),
    Fault("B9", "business", systems.RefusesCorrections),
    Fault("B10", "business", systems.NeverAnswersWithdrawals, more=SOON, follows=("B19",)),
    Fault("B11", "business", systems.FailsAtLineBreaks),
    Fault("B12", "business", systems.ListsNewestFirst, more=POLLING),
    Fault("B13", "business", systems.LosesReceipts, more=POLLING),
    Fault("B14", "business", systems.KeepsReceipts, more=POLLING),
    Fault("B15", "business", systems.AcknowledgesAnything, more=POLLING),
    Fault("B16", "business", systems.RegistersRaces),
    Fault("B17", "business", BusinessDouble, systems.SaysHtml),
    Fault("B18", "business", systems.NumbersWithAccents, systems.WritesLatin1),
    Fault("B19", "business", systems.AnswersWithdrawalsLate, more=SOON),
    Fault("R1", "register", RegisterDouble, systems.AnswersWithoutToken),
    Fault("R1", "register", RegisterDouble, systems.RedirectsStrangers),
    Fault("R2", "register", systems.ReturnsNamesake),
    Fault("R3", "register", RegisterDouble, systems.WritesLatin1),
    Fault("R4", "register", systems.ForgetsArrivals),
    Fault("R5", "register", systems.KnowsEverybody),
    Fault("R6", "register", systems.SearchesByOneCriterion),
    Fault("R7", "register", systems.WantsNames),
    Fault("R8", "register", systems.SearchesByAccents),
    Fault("R9", "register", systems.FindsSomebody),
    Fault("R10", "register", systems.SearchesForNonsense),
    Fault("R11", "register", RegisterDouble, systems.CutsHouseholdsOff),
    Fault("R11", "register", systems.ReturnsTooMuch, follows=("R14",)),
    Fault("R12", "register", systems.HidesProtection),
    Fault("R13", "register", RegisterDouble, systems.SaysHtml),
    Fault("R14", "register", systems.SearchesSlowly, more=SOON),
    Fault("D1", "webdav", stores.ServesAReadOnlyRoot),
    Fault("D2", "webdav", stores.TakesAnyPassword),
    Fault("D3", "records", stores.ClaimsTwice),
    Fault("D3", "webdav", stores.CreatesTwice),
    Fault("D4", "webdav", stores.MovesToPlainNames),
    Fault("D5", "records", stores.CutsFilesOff),
    Fault("D5", "webdav", stores.StoresOneMegabyte),
    Fault("D6", "records", stores.SkipsEmptyFiles),
    Fault("D7", "webdav", stores.NeverOverwrites),
    Fault("D8", "records", stores.KeepsHalfFiles),
    Fault("D9", "webdav", stores.ShowsAPageForMissingFiles, follows=("D8",)),
    Fault("P1", "payment", providers.HidesTheList),
    Fault("P2", "payment", providers.TakesAnyKey),
    Fault("P3", "payment", providers.HasNoPage, more={"provider": "stripe_twint"}),
    Fault("P4", "payment", providers.ChargesTwice),
    Fault("P5", "payment", providers.ForgetsBodies),
    Fault("P6", "payment", providers.CallsItPaid, follows=("P7", "P8")),
    Fault("P7", "payment", providers.ForgetsCancellations),
    Fault("P8", "payment", providers.LosesCancelled, follows=("P7",)),
    Fault("P9", "payment", providers.RefundsUnpaid),
    Fault("P10", "payment", providers.CutsPayoutsOff),
    Fault("P11", "payment", providers.ListsPayoutsLate, more=SOON),
]
