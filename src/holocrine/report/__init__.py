"""What people read: the report, its figures and the terminal summary, all worded by one formatter."""

from holocrine.report.charts import plot_course
from holocrine.report.comparisons import plot_alternatives, plot_hypotheses, plot_risks
from holocrine.report.document import render_refusal, render_report
from holocrine.report.figures import plot_face
from holocrine.report.summary import print_summary

__all__ = [
    "plot_alternatives",
    "plot_course",
    "plot_face",
    "plot_hypotheses",
    "plot_risks",
    "print_summary",
    "render_refusal",
    "render_report",
]
