from .pool import dask_pool as dask_pool
