"""The workers of a Dask cluster, in place of processes of this machine.

What belongs here: reaching a scheduler, and saying in a sentence what is wrong with it or with its workers. Not here:
the order of answers or what a crash costs (``parallel``). Dask is an extra, imported when a cluster is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from classifier.errors import ClassifierError
from classifier.parallel import AHEAD, LOG_SECONDS, Answer, Item, Others, attempt_there, lending

CLUSTER_AHEAD = 1024
"""The least of them on a cluster, which may grow while it works."""

PATIENCE = 5
"""Seconds in which a scheduler must answer."""


class ClusterError(ClassifierError):
    """The cluster cannot be used, or was lost."""

    code = "cluster_error"


class Cluster(Others):
    """The workers of a Dask cluster that exists.

    Parameters
    ----------
    address : str
        Of its scheduler, as ``tcp://host:8786``.

    Raises
    ------
    ClusterError
        If Dask is not installed, the address is none, or nobody answers there.
    """

    def __init__(self, address: str) -> None:
        client = _connected(address)
        from distributed import KilledWorker

        super().__init__(max(CLUSTER_AHEAD, AHEAD * sum(client.nthreads().values())), (KilledWorker,))
        self._client, self._address = client, address
        self._check()

    def _begin(self, work: Callable[[Item], Answer], item: Item) -> Any:
        with self._told():
            return self._client.submit(attempt_there, work, item, pure=False)

    def _again(self, work: Callable[[Item], Answer], item: Item) -> Any:
        # The scheduler gives up on a task that several workers died under; once in a while an innocent neighbour's.
        return self._result(self._begin(work, item))

    def _result(self, future: Any) -> Any:
        with self._told():
            while True:
                try:
                    return future.result(timeout=LOG_SECONDS)
                except TimeoutError:
                    if not self._client.nthreads():
                        _say(f"The cluster at {self._address} has no workers; waiting for one.")

    def close(self) -> None:
        """Leave the cluster; it drops what nobody waits for any more."""
        self._client.close()

    def _check(self) -> None:
        """Try whether scheduler and workers have this program: one that has not dies of the first task, untold."""
        with self._told():
            self._client.run_on_scheduler(import_module, __name__)
            self._client.run(import_module, __name__)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what a lost cluster raises into a sentence; the work's own errors come as answers."""
        from concurrent.futures import CancelledError

        try:
            yield
        except ImportError as error:
            raise ClusterError(f"The cluster at {self._address} lacks what this program needs: {error}.") from error
        except self._deaths:
            raise
        except (CancelledError, OSError, RuntimeError) as error:
            reason = str(error).strip().split("\n")[0].rstrip(".")
            raise ClusterError(f"The cluster at {self._address} was lost: {reason}.") from error


@contextmanager
def on_cluster(address: str | None) -> Iterator[None]:
    """Let all maps inside run on the cluster whose scheduler is at ``address``; None changes nothing."""
    if address is None:
        yield
        return
    with lending(Cluster(address)):
        yield


def _connected(address: str) -> Any:
    """Return a client, after a look at whether anybody is there: a client that finds nobody complains for long."""
    try:
        import asyncio
        import logging

        from distributed import Client, Security
        from distributed.core import connect
    except ImportError as error:
        raise ClusterError('A Dask cluster needs the extra "dask": pip install "genregenie[dask]"') from error

    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # What it would say, ClusterError says.

    async def greet() -> None:
        arguments = Security().get_connection_args("client")
        comm = await connect(address, timeout=PATIENCE, **arguments)
        await comm.close()

    try:
        asyncio.run(greet())
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except ValueError as error:
        raise ClusterError(f"{address!r} is no address of a scheduler, as tcp://host:8786 is: {error}.") from error
    except OSError as error:
        raise ClusterError(f"No Dask scheduler answers at {address} within {PATIENCE} seconds.") from error


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command's word
