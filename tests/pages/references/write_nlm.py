"""Write what another CSL processor prints with a public style: ``nlm.expected.txt``.

Development time only. ``python write_nlm.py STYLE.csl LOCALE.xml`` runs `print_with_citeproc.js`,
which says what it needs; run it where the npm package is installed.
"""

import json
import subprocess
import sys
from pathlib import Path

from ketcontent.pages import to_csl

HERE = Path(__file__).parent

if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    from entries import ROWS

    items = json.dumps([to_csl({k: v for k, v in row.items() if v}) for row in ROWS])
    command = ["node", str(HERE / "print_with_citeproc.js"), *sys.argv[1:]]
    done = subprocess.run(command, input=items, capture_output=True, text=True, check=True)
    (HERE / "nlm.expected.txt").write_text(done.stdout, "utf-8")
