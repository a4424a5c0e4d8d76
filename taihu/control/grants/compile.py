"""Compiles a grant into the permit that the guard reads, and digests it, so that a signature binds what was seen."""

from __future__ import annotations

import hashlib
import json

from taihu.control.grants.models import Grant
from taihu.terms.dataset import Dataset
from taihu.terms.label import Label, join_all
from taihu.terms.permit import Form, Permit, Quota, Scope


def to_permit(grant: Grant, dataset: Dataset) -> Permit:
    """The permit of a grant, as its consumer will hold it.

    The label lets through in the clear what lies at or below the level asked for, of the kinds that
    the granted columns have; a column above it leaves masked. Which rows exist is told by every
    answer, so the dataset's presence label is part of what is granted.
    """
    kinds = join_all((dataset.presence, *(dataset.column(name).label for name in grant.columns))).kinds
    scope = (Scope(grant.scope_column, tuple(grant.scope_values), grant.is_scope_prefix),) if grant.scope_column else ()
    return Permit(
        grant=grant.code,
        department=grant.system.department_id,
        system=grant.system_id,
        purpose=grant.purpose,
        ground=grant.ground,
        reads=(grant.dataset,),
        columns=tuple(grant.columns),
        label=Label(grant.level, kinds),
        forms=frozenset(Form(form) for form in grant.forms),
        until=grant.until,
        scope=scope,
        quota=Quota(grant.calls_a_day, grant.rows_an_answer),
        procedure=grant.decision,
    )


def digest(permit: Permit) -> str:
    """A hash over everything a permit says."""
    said = {
        "grant": permit.grant,
        "department": permit.department,
        "system": permit.system,
        "purpose": permit.purpose,
        "ground": permit.ground,
        "reads": permit.reads,
        "columns": permit.columns,
        "label": str(permit.label),
        "forms": sorted(form.value for form in permit.forms),
        "until": permit.until.isoformat(),
        "scope": [(scope.column, scope.values, scope.by_prefix) for scope in permit.scope],
        "quota": (permit.quota.calls_a_day, permit.quota.rows_an_answer),
    }
    if permit.procedure:
        said["procedure"] = permit.procedure
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
