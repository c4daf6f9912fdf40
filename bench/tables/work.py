"""The work itself, said once for each side. Run as a program: side, folder, rounds; prints seconds and memory as JSON.

Sales of the last years over 10 pieces are kept, their worth is computed and their month, regions are joined by shop,
and the worth is summed for each region and month, sorted by worth. Both files are parquet, and so is what is written.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

FACTS, SHOPS, RESULT = "sales.parquet", "shops.parquet", "result.parquet"
GROUPS = "groups"


def by_polars(folder: Path) -> None:
    """Do it as polars' own guide does, lazily."""
    import polars as pl

    sales, shops = pl.scan_parquet(folder / FACTS), pl.scan_parquet(folder / SHOPS)
    (
        sales.filter((pl.col("pieces") > 10) & (pl.col("day") >= pl.date(2023, 1, 1)))
        .with_columns(
            worth=(pl.col("pieces") * pl.col("price") * (1 - pl.col("discount") / 100)),
            month=pl.col("day").dt.strftime("%Y-%m"),
            note=pl.col("note").str.to_uppercase(),
        )
        .join(shops, on="shop", how="inner")
        .group_by("region", "month")
        .agg(
            worth=pl.col("worth").sum(),
            sales=pl.len().cast(pl.Int64),
            best=pl.col("worth").max().alias("best"),
            notes=pl.col("note").n_unique().cast(pl.Int64),
        )
        .sort("worth", descending=True)
        .collect()
        .write_parquet(folder / RESULT)
    )


def by_polars_eagerly(folder: Path) -> None:
    """Do it step by step, as one does who looks at each table."""
    import polars as pl

    sales, shops = pl.read_parquet(folder / FACTS), pl.read_parquet(folder / SHOPS)
    kept = sales.filter((pl.col("pieces") > 10) & (pl.col("day") >= pl.date(2023, 1, 1)))
    kept = kept.with_columns(
        worth=(pl.col("pieces") * pl.col("price") * (1 - pl.col("discount") / 100)),
        month=pl.col("day").dt.strftime("%Y-%m"),
        note=pl.col("note").str.to_uppercase(),
    )
    joined = kept.join(shops, on="shop", how="inner")
    summed = joined.group_by("region", "month").agg(
        worth=pl.col("worth").sum(),
        sales=pl.len().cast(pl.Int64),
        best=pl.col("worth").max(),
        notes=pl.col("note").n_unique().cast(pl.Int64),
    )
    summed.sort("worth", descending=True).write_parquet(folder / RESULT)


def by_pandas(folder: Path) -> None:
    """Do it as pandas' own guide does."""
    import datetime as dt

    import pandas as pd  # in an environment of its own

    sales, shops = pd.read_parquet(folder / FACTS), pd.read_parquet(folder / SHOPS)
    kept = sales[(sales["pieces"] > 10) & (sales["day"] >= dt.date(2023, 1, 1))].copy()
    kept["worth"] = kept["pieces"] * kept["price"] * (1 - kept["discount"] / 100)
    kept["month"] = pd.to_datetime(kept["day"]).dt.strftime("%Y-%m")
    kept["note"] = kept["note"].str.upper()
    joined = kept.merge(shops, on="shop", how="inner")
    summed = joined.groupby(["region", "month"], as_index=False).agg(
        worth=("worth", "sum"), sales=("worth", "size"), best=("worth", "max"), notes=("note", "nunique")
    )
    summed.sort_values("worth", ascending=False).to_parquet(folder / RESULT)


def by_workflow(folder: Path) -> None:
    """Run the workflow that was drawn for it."""
    from datetime import datetime

    from bench.tables.drawn import NAME
    from jobyard.workflows.document.package import Package
    from jobyard.workflows.running import Means, run

    files = {FACTS: folder / FACTS, SHOPS: folder / SHOPS}
    now = datetime(2026, 1, 1)  # noqa: DTZ001 - the original knows no zones
    with Package(folder / NAME) as package:
        run(package, {}, Means(now=now, result_file=lambda name, kind: folder / name, files=files))


SIDES: dict[str, Callable[[Path], None]] = {
    "polars, lazily": by_polars,
    "polars, step by step": by_polars_eagerly,
    "pandas": by_pandas,
    "workflow": by_workflow,
}


def main() -> None:
    """Take so many turns; the first one warms up and is not told."""
    side, folder, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    seconds = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        SIDES[side](folder)
        seconds.append(time.perf_counter() - begun)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds[1:], "MiB": [held]}))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
