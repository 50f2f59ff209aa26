"""Rewriting of a record of an earlier schema in the current one."""

import hashlib
import json
from pathlib import Path

from fl_sim import record
from fl_sim.record import RecordError
from fl_sim.schema import files


def upgrade(name_or_path: str | Path) -> bool:
    """Rewrite a record in the current schema; return whether it was of an earlier one.

    Its numbers and arrays stay what they are. Its fingerprint changes with the schema, so the saved
    model, whose header names it, is labelled anew.

    Raises:
        RecordError: it cannot be used, or its model is not the one that it names.
    """
    folder = record.resolve(name_or_path)
    if record.file_of(folder) == folder / record.RUN_FILE:
        return False
    run = record.load(folder)
    final = run.final
    if final and final.file and files.is_own(model := folder / final.file):
        content = files.read(model, files.MOST_MODEL)
        if hashlib.sha256(content).hexdigest() != final.sha256:
            raise RecordError(f"{model}: is not the model of its record. Restore the file")
        content = _relabelled(model, content, record.fingerprint(run))
        record.replace(model, content)
        digest = hashlib.sha256(content).hexdigest()
        run = run.model_copy(update={"final": final.model_copy(update={"sha256": digest})})
    record.save(run, folder)
    return True


def _relabelled(path: Path, content: bytes, fingerprint: str) -> bytes:
    """Return a safetensors file with another fingerprint in its header, and the same weights."""
    end = 8 + int.from_bytes(content[:8], "little")
    try:
        old = json.loads(content[8:end]).get("__metadata__", {}).get("fingerprint", "")
    except (ValueError, AttributeError) as error:
        raise RecordError(f"{path}: is no safetensors file. Restore the file") from error
    if len(old) != len(fingerprint):
        return content
    header = content[8:end].replace(old.encode(), fingerprint.encode())
    return content[:8] + header + content[end:]
