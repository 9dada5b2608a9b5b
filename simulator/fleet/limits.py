"""How many file handles a fleet needs, and what to do when the system allows fewer."""

import resource

OWN = 300  # of this process besides one for each pendant; of the broker besides its connections
PORTS = 28_000  # of Linux's usual range for connections to one address


class TooMany(Exception):
    """This system does not allow so many; the message says what does."""


def raise_limit(pendants: int, thin: int) -> int:
    """The limit in force, for this process and its children. Raises TooMany."""
    wanted = pendants + thin + OWN
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and wanted > hard:
        raise TooMany(
            f"{pendants} pendants and {thin} thin clients need {wanted} file handles in one"
            f" process (here, and in the broker); this system allows {hard}. Ask for at most"
            f" {max(0, hard - OWN)} in all, or raise the hard limit (`ulimit -Hn`, or LimitNOFILE)."
        )
    if pendants + thin > PORTS:
        raise TooMany(
            f"{pendants + thin} connections to one address need as many ports of loopback; systems"
            f" give about {PORTS} (Linux: net.ipv4.ip_local_port_range)."
        )
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return int(soft)
