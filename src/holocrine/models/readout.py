"""From a muscle's force to what is seen: brow, lid, smile.

Thresholds are assumptions: no study gives the smallest change that patients or raters call a drop.
"""

from __future__ import annotations

BROW_DROP_MM = 2.0
"""mm of brow descent that counts as a brow drop (assumption)."""
LID_DROOP_MM = 2.0
"""mm of lid descent that counts as ptosis (assumption; apraclonidine, the usual remedy, lifts 1-3 mm)."""
SMILE_LOSS_MM = 3.0
"""mm of lost excursion of the corner of the mouth that counts as a changed smile (assumption)."""
