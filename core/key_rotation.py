"""Re-encrypting every stored secret with the current key.

Sealed columns are found by their names: `sealed`, or anything that ends in `_sealed`. What a value is bound to follows
from the place it stands in (`app.model:pk:name without _sealed`), so a new column is rotated without being listed here.

Each value is replaced by one conditional UPDATE of its own. A run that is killed leaves every value either as it was
or re-encrypted, both readable; the next run goes on with what is left. A value that somebody else writes meanwhile is
theirs: it was sealed with the current key already.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Model, QuerySet

from core import crypto, scope

BATCH = 200
_SUFFIX = "_sealed"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of sealed values."""

    model: type[Model]
    name: str

    @property
    def bound_to(self) -> tuple[str, str]:
        """Model and field as the associated data names them."""
        return self.model._meta.label_lower, self.name.removesuffix(_SUFFIX)

    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"


@dataclass(slots=True)
class ColumnReport:
    """What happened to one column: values re-encrypted, left alone because somebody wrote them, and unreadable rows."""

    column: Column
    resealed: int = 0
    overtaken: int = 0
    unreadable: list[str] = field(default_factory=list)


def columns() -> list[Column]:
    """Every column of sealed values, by name."""
    found = [
        Column(model, one.name)
        for model in apps.get_models()
        for one in model._meta.concrete_fields
        if one.name == "sealed" or one.name.endswith(_SUFFIX)
    ]
    return sorted(found, key=str)


def by_key(column: Column) -> Counter[str]:
    """How many values of a column each key sealed, by key id."""
    counts: Counter[str] = Counter()
    with scope.system("count sealed values"):
        for value in _filled(column).values_list(column.name, flat=True).iterator(chunk_size=2000):
            counts[crypto.key_of(value)] += 1
    return counts


def rotate(column: Column, *, batch: int = BATCH) -> Iterator[ColumnReport]:
    """Re-encrypt the values of a column that an old key sealed; yields the same report after each batch."""
    report = ColumnReport(column)
    model, name = column.bound_to
    last: object = None
    while True:
        with scope.system("rotate keys"):
            rows = _old(column).order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            found = list(rows.values_list("pk", column.name)[:batch])
            for pk, sealed in found:
                last = pk
                try:
                    fresh = crypto.seal(
                        crypto.unseal(sealed, model=model, pk=pk, field=name), model=model, pk=pk, field=name
                    )
                except crypto.SecretUnreadable as error:
                    report.unreadable.append(f"{column} {pk} (key {crypto.key_of(sealed)}): {error}")
                    continue
                same = column.model._base_manager.filter(pk=pk, **{column.name: sealed})
                changed = same.update(**{column.name: fresh})
                report.resealed += changed
                report.overtaken += 1 - changed
        if not found:
            return
        yield report


def _filled(column: Column) -> "QuerySet[Model]":
    return column.model._base_manager.exclude(**{column.name: ""})


def _old(column: Column) -> "QuerySet[Model]":
    return _filled(column).exclude(**{f"{column.name}__startswith": crypto.current_prefix()})
