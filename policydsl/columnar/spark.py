"""Owns a run on Spark: the printed query on a cluster's own tables, refused where it would not be the whole truth.

Whole numbers are 64 bits, and ANSI mode makes an overflow an error. What the query cannot say (a rule without a column form, a
constraint that is false and would spoil rows) is not run half: the message says what to do.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from policydsl.columnar.printed import Refusal, judged, statement
from policydsl.core import program as core
from policydsl.facts.naming import Tables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def session(master: str | None, time_zone: str) -> SparkSession:
    """A session in ANSI mode, in the policy's time zone; on `master` (`local[2]`), or where the environment says."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("policydsl")
    if master:
        builder = builder.master(master)
    settings = {
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": time_zone or "Asia/Shanghai",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


@frozen(eq=False)
class Cluster:
    """A program on a cluster."""

    spark: SparkSession
    program: core.Program
    readings: Mapping[str, str]
    on: date | None

    def open(self, paths: Sequence[str]) -> None:
        """Views named after the entities, of parquet files or folders. Raises Refusal."""
        stems = {path: Path(path).stem for path in paths}
        meant = Tables.of(list(dict.fromkeys(stems.values())), self.program)
        by_entity: dict[str, list[str]] = {}
        for path, stem in stems.items():
            entity = meant.entities.get(stem)
            if entity is None:
                raise Refusal(f"「{path}」不是本政策的对象的表。 It is the table of no entity of the policy.")
            by_entity.setdefault(entity, []).append(path)
        for name, declared in self.program.entities.items():
            if name in by_entity:
                frame = self.spark.read.parquet(*by_entity[name])
                self._view(name, self._renamed(frame, declared))
            elif declared.singleton:
                self._view(name, self._nobody(declared))
            else:
                raise Refusal(f"没有报「{name}」的表;没有的也请给一个空的。 The table of 「{name}」 is missing.")
        self._distinct()

    def run(self, entity: str) -> DataFrame:
        """The rows of an entity with its rules. Raises Refusal."""
        made = statement(self.program, "spark", self.readings, self.on, entity)
        if made.left:
            names = "、".join(f"「{item.rule.name}」({item.why[0]})" for item in made.left)
            raise Refusal(f"Spark 上算不了 {names},请用 --engine columnar。 Not on Spark: use the column engine.")
        for name in self.program.entities:
            for rule, query in judged(self.program, "spark", self.readings, self.on, name):
                broken = None if query is None else self.spark.sql(query).collect()[0][0]
                if query is None or broken:
                    told = "在 Spark 上核对不了" if query is None else f"有 {broken} 行不成立"
                    raise Refusal(
                        f"约束「{rule.name}」{told},请用 --engine columnar。 A constraint: use the column engine."
                    )
        return self.spark.sql(made.text)

    # ------------------------------------------------------------ tables

    def _view(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(f"`{name}`")

    def _renamed(self, frame: DataFrame, declared: core.Entity) -> DataFrame:
        """Columns by the names of their fields; a field that the file lacks is blank."""
        from pyspark.sql import functions

        aliases = {item.alias: item.name for item in declared.fields if item.alias}
        owner = self.program.entities.get(declared.owner or "")
        if owner is not None:
            aliases[owner.alias or owner.name] = owner.name
        for column in frame.columns:
            if column in aliases:
                frame = frame.withColumnRenamed(column, aliases[column])
        for item in declared.fields:
            if item.name in frame.columns:
                continue
            if item.key:
                raise Refusal(f"「{declared.name}」的表没有主键列「{item.name}」。 The key column is missing.")
            frame = frame.withColumn(item.name, functions.lit(None).cast(_type(item)))
        if owner is not None and not owner.singleton and owner.name not in frame.columns:
            raise Refusal(f"「{declared.name}」的表没有写明归谁的列「{owner.name}」。 The owner's column is missing.")
        return frame

    def _nobody(self, declared: core.Entity) -> DataFrame:
        columns = ", ".join(f"CAST(NULL AS {_type(item)}) AS `{item.name}`" for item in declared.fields)
        return self.spark.sql(f"SELECT {columns or '1 AS `nothing`'}")

    def _distinct(self) -> None:
        for name, declared in self.program.entities.items():
            key = declared.key_field
            if key is None or declared.singleton:
                continue
            twice = self.spark.table(f"`{name}`").groupBy(f"`{key.name}`").count().where("count > 1").limit(1).collect()
            if twice:
                raise Refusal(f"「{name}」的主键「{twice[0][0]}」有两行。 A key stands twice.")


def _type(item: core.Field) -> str:
    from policydsl.columnar.terms import kind_of

    types: dict[str, str] = {"number": "DECIMAL(38,4)", "bool": "BOOLEAN", "date": "DATE", "moment": "TIMESTAMP_NTZ"}
    return types.get(kind_of(item.type), "STRING")


def write(frame: Any, path: str) -> None:
    """The rows as a folder of parquet files, written beside and then renamed."""
    target = Path(path.rstrip("/")).resolve()
    beside = target.parent / f".{target.name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        frame.write.parquet(str(beside))
        if target.is_dir():
            shutil.rmtree(target)
        os.replace(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
