"""Should this person be treated, and what first? Pure functions of a case and the packaged rules."""

from holocrine.assessment.assess import assess
from holocrine.assessment.benefit import with_benefit, with_forecast
from holocrine.assessment.limits import limit_checks, plan_limit_checks

__all__ = ["assess", "limit_checks", "plan_limit_checks", "with_benefit", "with_forecast"]
