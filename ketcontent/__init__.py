"""Health pages as tables, assembled and reviewed in notebooks, exported to HTML and Markdown.

The way of one sentence, always downhill, is the reading order of the rooms. A room imports only
rooms below it, and only what their faces show (the contracts of import-linter in pyproject.toml):

============================ =====================================================================
room                         its one job
============================ =====================================================================
`__main__`                   the command, while the rest is loaded
`cli`, `commands`            the list of the verbs as commands; the commands
`terminal`                   how they speak
`building`                   plan → decide → run → publish; the cache; the watch over saves
`editor`                     sessions, edits, the workbench, JupyterLab opened on a page
`scaffold`                   a new, empty project
`cluster`                    the same notebooks on the machines of a Dask cluster
`execution`                  run a notebook in a warm, fresh process, and export it
`reports`                    what an editorial meeting looks at
`registries`                 what Crossref, DataCite and PubMed say of the sources
`checks`                     the judges, one report, its forms
`packets`                    what a reviewer is asked in Word, and what comes back of it
`approvals`                  sign-offs, the record of what a page showed, its verification
`discussion`                 proposals and comments
`pages`                      rows in order → what a reader reads
`importing`                  what was received → rows
`model`                      CSV on disk ↔ Content; the rows of one page
`markup`                     inline markup and templates → HTML, Markdown, plain words
`reading`                    what a sentence says: its clauses, who speaks, how many of how many
`text`                       when two texts are the same words, and what changed between two
`tracing`, `dependencies`    how it is seen what a notebook reads; what that was
`clock`                      the day to judge by
`hashing`, `installed`       the hash of a file; the versions that can change an export
`atomic`, `resources`        write whole or not at all; the files that the package came with
`fast_jsonschema`            jsonschema imported in a fraction of the time
`repository`                 what git knows of a folder
`zipped_xml`                 the parts of a Word file and its kin; hostile ones are refused
`places`                     what stands at a place, and whether something of ours may be put there
`diagnostics`, `errors`      a fault in the content; how a failure speaks
============================ =====================================================================

The verbs are functions of this package; their rooms load when they are first used, so that
``import ketcontent`` is light.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.2.0"
