"""Files of keys for S3-compatible services: those of stored files, and those of backups."""

from configparser import ConfigParser
from configparser import Error as UnreadableFile
from pathlib import Path

FORMAT = "[default], aws_access_key_id=… and aws_secret_access_key=… in three lines"


def parse_credentials(path: Path) -> dict[str, str]:
    """Return the key in a file that is written as for the programs of Amazon. Raise ValueError if it is none."""
    found = ConfigParser(interpolation=None)
    try:
        found.read_string(path.read_text())
        return {name: found["default"][name] for name in ("aws_access_key_id", "aws_secret_access_key")}
    except (OSError, UnicodeDecodeError, UnreadableFile, KeyError) as error:
        raise ValueError(f"{path} is not readable as a file with {FORMAT}.") from error


def is_open_to_all(path: Path) -> bool:
    """Return whether every user of the machine can read the file."""
    return path.exists() and bool(path.stat().st_mode & 0o007)
