"""A control stream to start from: it reads the data set, and its model is the plainest one that has an effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_STUB = """\
$PROBLEM Holocrine data set: a stub to start from. Nothing in it is fitted.
; One product, one kind of reading and its region at a time: choose with the IGNORE lines.
; Codes are in the data dictionary. Units of two products never add up.
$INPUT {columns}
$DATA '{file}' IGNORE=@
{ignored}$SUBROUTINES ADVAN13 TOL=9
$MODEL COMP=(DEPOT,DEFDOSE) COMP=(READING,DEFOBS)
$PK
KDE = THETA(1)                   ; 1/day, loss of effect
EDK50 = THETA(2)                 ; units/day with half the effect
KOUT = THETA(3)                  ; 1/day, turnover of what is read
BASE = THETA(4)*EXP(ETA(1))      ; reading without toxin
A_0(2) = BASE
$DES
DRIVE = KDE*A(1)
DADT(1) = -DRIVE
DADT(2) = KOUT*(BASE*(1 - DRIVE/(EDK50 + DRIVE)) - A(2))
$ERROR
Y = A(2)*(1 + EPS(1))
; Starting values only, no estimates. Censored readings (CENS) need a likelihood of their own.
$THETA (0, 0.02) (0, 0.1) (0, 0.1) (0, 100)
$OMEGA 0.1
$SIGMA 0.05
$ESTIMATION METHOD=1 INTERACTION MAXEVAL=9999
"""


def control_stream(file_name: str, rows: Sequence[Mapping[str, object]]) -> str:
    """The text of a control stream for a data set of `rows` (column -> value, None where it is missing).

    It keeps the kind and region of the first reading and the product of the first dose, and ignores the other codes.
    """
    kept = {
        "PRODUCT": next((row["PRODUCT"] for row in rows if row["EVID"] == 1), None),
        "DVID": next((row["DVID"] for row in rows if row["EVID"] == 0), None),
        "REGION": next((row["REGION"] for row in rows if row["EVID"] == 0), None),
    }
    ignored = [
        f"IGNORE=({column}.EQ.{code})\n"
        for column, one in kept.items()
        if one is not None
        for code in sorted({str(row[column]) for row in rows if row[column] not in (None, one)})
    ]
    quoted = file_name.replace("'", "_")
    return _STUB.format(columns=" ".join(rows[0]) if rows else "", file=quoted, ignored="".join(ignored))
