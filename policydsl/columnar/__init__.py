"""The column engine: a program as one query over whole tables, exact in whole numbers, for files of millions of rows.

`terms` is how one expression stands in a query, `arithmetic` computes with it, `encode` makes it from the core with the help of
`amounts`, `logic`, `choices`, `reach` (other rows), `folds` (aggregates) and `windows` (siblings). `stages` are the tables that
grow column by column, `plan` decides which rule goes where. `sources` brings facts into the database: `origins` are the rows of
parquet and csv files, `arrows` those of Arrow files and data frames (`frames`), `filed` the table made of them, `cells` a column of it.
`engine` runs plans on DuckDB, `results` says what came out, `handed` gives it to programs. Only this room knows SQLGlot and DuckDB.
"""
