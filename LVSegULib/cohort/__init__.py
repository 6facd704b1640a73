"""A whole cohort: find the cines of many patients, segment each on one of many workers, and tell what became of it.

`listing` finds the cases, `manifest` remembers them, `task` does one of them (on a worker), `run` hands them out
through Dask and takes back what became of them, `table` and `overview` show all of them. One case is one idempotent
task: what it has written whole is not done again, whoever was killed when.

The folder of a cohort:

    manifest.sqlite           every case: what it was made from and with, what became of it
    cases/NAME/NAME.*         what `lvsegu segment` writes, NAME.thumbnail.jpg, and last receipt.json
    cases/NAME/traceback.txt  of a case that failed by a fault in LVSegU
    cohort.csv, .parquet      one row per case
    overview.html             the cohort at a glance
"""
