"""Which module reads which vendor's messages."""

from interviews.ats import generic, greenhouse
from interviews.ats.adapter import Adapter

ADAPTERS: dict[str, Adapter] = {
    "generic": generic,
    "greenhouse": greenhouse,
}
