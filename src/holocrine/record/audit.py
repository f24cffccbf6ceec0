"""The hash chain: every entry of the audit covers the one before it and a digest of what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

START = "0" * 64
"""What stands for the hash before the first entry."""
COVERED = ("seq", "at", "author", "action", "kind", "entity", "version", "patient", "digest", "previous")
"""The columns of the audit that its hash covers: all others."""


def canonical(value: object) -> str:
    """JSON that is the same for equal values: sorted names, no spaces, ASCII. Raises ValueError for NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def entry_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of one entry of the audit, without its own `hash`."""
    return _sha256(canonical({name: row[name] for name in COVERED}))


def content_digest(salt: str, reason: str | None, content: str | None) -> str:
    """SHA-256 (hex) of what was written. The random `salt` goes when a person is erased.

    Without it nobody can find out what stood there by hashing likely contents.
    """
    return _sha256(canonical({"salt": salt, "reason": reason, "content": content}))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
