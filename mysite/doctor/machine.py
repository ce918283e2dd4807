"""The machine and the network around it: disk, clock, names, certificate, sender's domain."""

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from home.models.heartbeat import Heartbeat
from home.runtime import read_replica
from home.runtime.outages import first_line

from .findings import ERROR, OK, WARNING, Finding

MEGABYTE = 1024 * 1024
PATIENCE = 5  # seconds for each server
RENEW_BEFORE = timedelta(days=14)  # certbot renews a month before the end
CLOCK_TOLERANCE = timedelta(seconds=30)


def check_disk() -> Iterator[Finding]:
    folder = settings.VAR_DIR
    if not os.access(folder, os.W_OK):
        todo = f"Give it to the user of the site: chown -R commune: {folder}"
        yield Finding(ERROR, "disk", f"{folder} cannot be written.", todo)
        return
    free, reserve = shutil.disk_usage(folder).free, settings.DISK_RESERVE
    what = f"{free // MEGABYTE} MB are free in {folder}."
    todo = "Free space, or enlarge the disk. Old backups and logs are the first candidates."
    if free < reserve:
        yield Finding(ERROR, "disk", f"{what} No file of a resident is accepted.", todo)
    elif free < 2 * reserve:
        yield Finding(WARNING, "disk", f"{what} Below {reserve // MEGABYTE} MB no file is accepted.", todo)
    else:
        yield Finding(OK, "disk", what)
    nodes = os.statvfs(folder)
    if nodes.f_files and nodes.f_favail < nodes.f_files // 100:
        yield Finding(ERROR, "disk", f"{folder} has room for few more files (inodes).", todo)


def check_clock() -> Iterator[Finding]:
    """Compare the clock with that of the database, and with what was written before."""
    now, todo = timezone.now(), "Set the clock: timedatectl set-ntp true"
    newest = max((at for at in Heartbeat.last_signs().values() if at), default=now)
    if newest > now + CLOCK_TOLERANCE:
        yield Finding(ERROR, "clock", f"It went back: it was {newest:%Y-%m-%d %H:%M} before.", todo)
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - timezone.now())
        if apart > CLOCK_TOLERANCE:
            what = f"It and the clock of the database are {apart.total_seconds():.0f} seconds apart."
            yield Finding(ERROR, "clock", what, todo)
            return
    if _output("timedatectl", "show", "--property=NTPSynchronized", "--value") == "no":
        yield Finding(WARNING, "clock", "Nothing sets it by the network.", todo)
        return
    yield Finding(OK, "clock", f"It is {now:%Y-%m-%d %H:%M} UTC.")


def check_replica() -> Iterator[Finding]:
    if not settings.DATABASE_REPLICA:
        return
    todo = "Public pages are read from the primary meanwhile. Does it run, and is DATABASE_REPLICA_URL right?"
    try:
        lag, most = read_replica.replica_lag(read_replica.primary_position()), settings.DATABASE_REPLICA_LAG
    except (Error, read_replica.ReplicaUnusable) as fault:
        yield Finding(WARNING, "replica", f"It cannot be used: {first_line(fault)}.", todo)
        return
    what = f"It is {lag:.1f} seconds behind."
    if lag > most:
        todo = f"Above {most} public pages are read from the primary. Look at pg_stat_replication there."
        yield Finding(WARNING, "replica", what, todo)
    else:
        yield Finding(OK, "replica", what)


def check_names() -> Iterator[Finding]:
    for host in settings.ALLOWED_HOSTS:
        if host.startswith(("*", ".")):
            continue
        try:
            found = sorted({one[4][0] for one in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)})
        except OSError:
            todo = "Let it lead to this machine in the DNS, or remove it: commune domain"
            yield Finding(WARNING, "names", f"{host} is not in the DNS.", todo)
        else:
            yield Finding(OK, "names", f"{host}: {', '.join(found)}")


def check_certificate() -> Iterator[Finding]:
    """Connect to the address of the site as a browser does."""
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    if address.scheme != "https":
        todo = "Write COMMUNE_BASE_URL with https://."
        yield Finding(WARNING, "certificate", f"{address.geturl()} is not encrypted.", todo)
        return
    port = address.port or 443
    try:
        with (
            socket.create_connection((address.hostname, port), PATIENCE) as raw,
            ssl.create_default_context().wrap_socket(raw, server_hostname=address.hostname) as encrypted,
        ):
            ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(encrypted.getpeercert()["notAfter"]), UTC)
    except ssl.SSLCertVerificationError as fault:
        what = f"Browsers do not trust that of {address.hostname}: {fault.verify_message}."
        yield Finding(ERROR, "certificate", what, "Get one: commune domain NAME prints the commands.")
        return
    except OSError as fault:
        what = f"Nothing answers at {address.hostname}, port {port}: {fault}."
        todo = "Does nginx run (systemctl status nginx), and does the firewall let it be reached?"
        yield Finding(ERROR, "certificate", what, todo)
        return
    what = f"That of {address.hostname} ends on {ends:%Y-%m-%d}."
    if ends - timezone.now() < RENEW_BEFORE:
        yield Finding(WARNING, "certificate", what, "Renew it: certbot renew, then systemctl reload nginx")
    else:
        yield Finding(OK, "certificate", what)


def check_sender() -> Iterator[Finding]:
    """Look for SPF and DMARC of the sender's domain, if there is a program that asks the DNS for texts.

    DKIM cannot be looked for: only the mail server knows its selector.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    for name, host, mark in (("SPF", domain, "v=spf1"), ("DMARC", f"_dmarc.{domain}", "v=DMARC1")):
        texts = _output("dig", "+short", "+time=3", "+tries=1", "TXT", host)
        if texts is None:
            return
        if mark in texts:
            yield Finding(OK, "sender", f"{host} has {name}.")
        else:
            todo = f"Add a TXT record {mark}… to {host}: the provider of the mail server says which."
            what = f"{domain} has no {name}: large providers refuse its letters."
            yield Finding(WARNING, "sender", what, todo)


def _output(*command: str) -> str | None:
    """Return what a program prints; None if it is missing or fails."""
    if not shutil.which(command[0]):
        return None
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None
