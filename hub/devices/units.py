"""The systemd units of broker and hub: started at boot, started again for ever.

Rule: a hub that systemd has given up is silence, so it never gives up. Texts only.
"""

from pathlib import Path

BROKER_UNIT = "allswell-broker.service"
HUB_UNIT = "allswell-hub.service"

_UNIT = """\
# {what}: copy to /etc/systemd/system/{unit} and say: systemctl enable --now {unit}
[Unit]
Description=allswell {what}
After=network-online.target time-sync.target{after}
Wants=network-online.target
# For ever: a hub that systemd has given up is silence.
StartLimitIntervalSec=0

[Service]
User={user}
WorkingDirectory={folder}
ExecStart={start}
{reload}Restart=always
RestartSec=1
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths={folder}
PrivateTmp=true

[Install]
WantedBy=multi-user.target
"""


def broker_unit(folder: Path, user: str, mosquitto: str, conf: Path) -> str:
    """SIGHUP makes mosquitto read its rights and its certificate again, and disturbs nobody."""
    return _UNIT.format(
        what="broker",
        unit=BROKER_UNIT,
        after="",
        user=user,
        folder=folder,
        start=f"{mosquitto} -c {conf}",
        reload="ExecReload=/bin/kill -HUP $MAINPID\n",
    )


def hub_unit(folder: Path, user: str, program: Path, settings: Path) -> str:
    return _UNIT.format(
        what="hub",
        unit=HUB_UNIT,
        after=f" {BROKER_UNIT}",
        user=user,
        folder=folder,
        start=f"{program} serve --config {settings}",
        reload="ExecReload=/bin/kill -HUP $MAINPID\n",
    )
