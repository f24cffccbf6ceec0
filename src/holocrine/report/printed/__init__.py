"""The printed report: the pages of the HTML report set on A4 as PDF/UA-1, with charts to scale and space to sign."""

from holocrine.report.printed.document import Signature, render_pdf

__all__ = ["Signature", "render_pdf"]
