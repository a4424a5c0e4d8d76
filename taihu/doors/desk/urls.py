"""Addresses of the desk: its own pages, and the rooms' mounted under it."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

from taihu.doors.desk import appeals, batches, dismissals, erasures, inbox, ledger, security, tracing, trial

own: list[URLPattern | URLResolver] = [
    path("", inbox.inbox, name="inbox"),
    path("batches/", batches.listing, name="batches"),
    path("batches/upload", batches.upload, name="upload"),
    path("batches/<str:batch_id>", batches.batch, name="batch"),
    path("batches/<str:batch_id>/workbook", batches.workbook, name="workbook"),
    path("batches/<str:batch_id>/rows/<int:number>/dismiss", dismissals.dismiss, name="dismiss"),
    path("batches/<str:batch_id>/rows/<int:number>/reopen", dismissals.reopen, name="reopen"),
    path("trial/", trial.trial, name="trial"),
    path("appeals/<slug:reference>", appeals.page, name="appeal"),
    path("appeals/<slug:reference>/<slug:to>", appeals.move, name="appeal_move"),
    path("ledger/", ledger.entries, name="ledger"),
    path("ledger/<slug:segment>/check", ledger.check, name="check"),
    path("ledger/<slug:segment>/<int:number>", ledger.line, name="line"),
    path("ledger/<slug:segment>/<int:number>/proof", ledger.download, name="proof"),
    path("ledger/<slug:segment>/<int:number>/replay", ledger.replay, name="replay"),
    path("erasures/", erasures.erasures, name="erasures"),
    path("erasures/ask", erasures.ask, name="erasure_ask"),
    path("erasures/<slug:reference>", erasures.erasure, name="erasure"),
    path("erasures/<slug:reference>/move/<slug:to>", erasures.move, name="erasure_move"),
    path("erasures/<slug:reference>/proof", erasures.proof, name="erasure_proof"),
    path("security/rights", security.rights, name="rights"),
    path("security/labels", security.labels, name="labels"),
    path("security/leak", tracing.leak, name="leak"),
    path("security/alarms", security.alarms, name="alarms"),
    path("security/alarms/<int:pk>/settle", security.settle, name="settle"),
]


def _mounted(prefix: str, module: str) -> list[URLResolver]:
    return [path(prefix, include(module))] if importlib.util.find_spec(module) else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((own, "desk"))),
    path("matters/", include("taihu.control.flows.urls")),
    path("runs/", include("taihu.control.runs.urls")),
    path("catalogue/", include("taihu.control.catalogue.urls")),
    path("lowering/", include("taihu.control.catalogue.lowering.urls")),
    path("requests/", include("taihu.control.grants.urls")),
    *_mounted("cases/", "taihu.patterns.cases.urls"),
    *_mounted("topics/", "taihu.patterns.pages.urls"),
    *_mounted("maps/", "taihu.patterns.maps.urls"),
    *_mounted("registers/", "taihu.patterns.registers.urls"),
]
