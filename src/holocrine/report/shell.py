"""The shell of a report: one self-contained HTML file from which nothing is fetched."""

from __future__ import annotations

from holocrine.report.markup import OFF_LABEL, text
from holocrine.report.style import report_style


def page(title: str, running_head: str, body: str) -> str:
    """The document. The layout table repeats its head on every printed page in every browser: the off-label line."""
    running = f'<div class="running"><strong>{text(OFF_LABEL)}</strong><span>{text(running_head)}</span></div>'
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">'
        f"<title>{text(title)}</title><style>{report_style()}</style></head><body>"
        f'<table class="sheet" role="presentation"><thead><tr><td>{running}</td></tr></thead>'
        f"<tbody><tr><td><main>{body}</main></td></tr></tbody></table></body></html>\n"
    )
