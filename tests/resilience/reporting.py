"""Output of a run: its figures, what was not as promised, and the exit status."""

import json


def report_and_exit(figures: dict[str, float], faults: list[str]) -> None:
    """Print the figures and the faults, last as one JSON object. Exit with 1 if there is a fault."""
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):28}{value:>10}")
    for fault in faults:
        print(f"NOT AS PROMISED: {fault}")
    print(json.dumps(figures | {"faults": faults}))
    raise SystemExit(1 if faults else 0)
