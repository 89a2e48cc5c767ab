"""What a campaign has finished, in one zip: accounts, answers, comparisons, small weights."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.config import ConfigError

FINISHED = "finished"  # the blob it travels in
_KINDS = {"runs": ".json", "answers": ".npz", "weights": ".safetensors", "compare": ".json"}
_DATE = (1980, 1, 1, 0, 0, 0)  # so that equal contents are equal bytes


class Book:
    """Finished runs by name.

    Parameters
    ----------
    data : bytes
        As `encode` gave it; empty: nothing is finished. ConfigError where it is none.
    """

    def __init__(self, data: bytes = b"") -> None:
        self._entries: dict[str, bytes] = {}
        if not data:
            return
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as file:
                self._entries = {name: file.read(name) for name in file.namelist()}
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            raise ConfigError(f"finished runs of the campaign: damaged ({error})") from error

    def __contains__(self, name: str) -> bool:
        return f"runs/{name}.json" in self._entries or f"compare/{name}.json" in self._entries

    def encode(self) -> bytes:
        """All entries as a zip."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
            for name in sorted(self._entries):
                info = zipfile.ZipInfo(name, _DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                file.writestr(info, self._entries[name])
        return out.getvalue()

    def put_run(
        self,
        name: str,
        account: Mapping[str, Any],
        answers: Mapping[str, NDArray[Any]] | None,
        weights: bytes | None,
    ) -> None:
        """Keep a finished training: its account, its answers and their labels, its weights."""
        self._entries[f"runs/{name}.json"] = json.dumps(account).encode()
        if answers is not None:
            file = io.BytesIO()
            np.savez(file, allow_pickle=False, **dict(answers))
            self._entries[f"answers/{name}.npz"] = file.getvalue()
        if weights is not None:
            self._entries[f"weights/{name}.safetensors"] = weights

    def put_compared(self, name: str, result: bytes) -> None:
        """Keep the result of a comparison, as `train/results/compare` holds it."""
        self._entries[f"compare/{name}.json"] = result

    def remove(self, name: str) -> None:
        """Forget what is kept of a run or a comparison, if anything."""
        for kind, suffix in _KINDS.items():
            self._entries.pop(f"{kind}/{name}{suffix}", None)

    def run(self, name: str) -> dict[str, Any] | None:
        """A training's account, None where it is not finished."""
        found = self._entries.get(f"runs/{name}.json")
        account: dict[str, Any] | None = json.loads(found) if found else None
        return account

    @property
    def runs(self) -> dict[str, dict[str, Any]]:
        """Accounts of all trainings."""
        names = [n[len("runs/") : -len(".json")] for n in self._entries if n.startswith("runs/")]
        return {name: account for name in names if (account := self.run(name))}

    @property
    def compared(self) -> dict[str, bytes]:
        """Results of all comparisons."""
        kind = "compare/"
        return {
            n[len(kind) : -len(".json")]: v for n, v in self._entries.items() if n.startswith(kind)
        }

    def answers(self, name: str) -> dict[str, NDArray[Any]] | None:
        """A training's answers: `sigmoids` int16, `label`, `rows`, `record` and `names`."""
        found = self._entries.get(f"answers/{name}.npz")
        if found is None:
            return None
        with np.load(io.BytesIO(found), allow_pickle=False) as file:
            return {k: file[k] for k in file.files}

    def weights(self, name: str) -> bytes | None:
        """A training's weights, fp16 safetensors, where they are small enough to lie here."""
        return self._entries.get(f"weights/{name}.safetensors")
