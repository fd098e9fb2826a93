"""The folder of the exports, and the two hidden ones in it that are a build's own.

A build writes the exports and, among them, ``.ketcontent`` and ``.notebooks``, and writes and
deletes nowhere else. So it is refused where the exports would lie among the tables, in a home
folder, or behind a link; and where a hidden folder of that name is somebody else's. One that a
build made has a cache directory tag (https://bford.info/cachedir/), by which others know, too, that
it need not be kept.

The tag also says who made it, sealed with a key that each user has and no content knows: what
content says of itself is never taken for what an earlier build found (`is_trusted`).
"""

from __future__ import annotations

import contextlib
import hmac
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ketcontent.errors import KetcontentError
from ketcontent.places import (
    read_file,
    refuse_place,
    require_file,
    require_folder,
    what_stands_at,
)
from ketcontent.resources import TEMPLATES_VARIABLE

TAG = "CACHEDIR.TAG"
"""The file by which a folder is known for one that a build made."""

_SAID = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# This folder was made by ketcontent, which makes it again where it is gone.
"""


def require_exports(exports: Path, data: Path, notebooks: Path) -> None:
    """Refuse exports that would be written where other things are.

    Raises
    ------
    KetcontentError
        When they lie among the tables, the notebooks or the templates, or around them; when they
        would fill a home folder; when they are no folder, or behind a link of the project.
    """
    for one in _of_the_project(exports, data):
        found = what_stands_at(one)
        if found not in ("", "a folder"):
            other = f"the folder itself: {exports.resolve()}" if one.is_dir() else "another"
            raise KetcontentError(
                f"{one} is {found}, not a folder for exports.",
                hint=f"Move it away, or name {other} with --exports.",
                path=str(one),
            )
    own = os.environ.get(TEMPLATES_VARIABLE)
    others = {"the folder of the tables": data, "the folder of the notebooks": notebooks}
    others |= {"the folder of your templates": Path(own)} if own else {}
    for what, folder in others.items():
        if how := _HOW[_lies_in(exports, folder), _lies_in(folder, exports)]:
            raise _among_others(exports, f"{how} {what}, {folder}")
    with contextlib.suppress(RuntimeError):  # whoever runs this has no home
        if _lies_in(Path.home(), exports):
            raise _among_others(exports, "is your home folder, or lies around it")


def _of_the_project(exports: Path, data: Path) -> list[Path]:
    """Return the exports, and what content could have put in their way."""
    project = data.absolute().parent
    if not exports.is_relative_to(project):
        return [exports]
    return [one for one in (*reversed(exports.parents), exports) if one.is_relative_to(project)][1:]


_HOW = {
    (True, True): "is",
    (True, False): "lies in",
    (False, True): "lies around",
    (False, False): "",
}


def _lies_in(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or below it, by whatever name."""
    whole = path.resolve()
    return folder.exists() and any(
        one.exists() and one.samefile(folder) for one in (whole, *whole.parents)
    )


def _among_others(exports: Path, said: str) -> KetcontentError:
    return KetcontentError(
        f"{exports} {said}.",
        hint="Name a folder for the exports alone with --exports.",
        path=str(exports),
    )


# --- what is a build's own -------------------------------------------------------------------


def require_own(folder: Path) -> set[str]:
    """Refuse a folder that is there and that no build made; return the names in it.

    Raises
    ------
    KetcontentError
        When it is no folder, or holds something and no build made it.
    """
    kind = what_stands_at(folder)
    if kind not in ("", "a folder"):
        raise refuse_place(folder, f"{kind}, not a folder")
    require_file(folder / TAG)
    names = set(os.listdir(folder)) - {TAG} if kind else set()
    if names and not _tag(folder).startswith(_SAID):
        raise KetcontentError(
            f"{folder} holds what no build put there: {', '.join(sorted(names)[:3])}.",
            hint="Move it away; or delete it, where an older ketcontent made it. Nothing was "
            "changed.",
            path=str(folder),
        )
    return names


def claim_folder(folder: Path, *, not_of_others: Iterable[str] = ()) -> None:
    """Make a folder a build's own; refuse one that is somebody else's.

    Parameters
    ----------
    folder
        The folder.
    not_of_others
        The files in it that go where the build of another user left them.

    Raises
    ------
    KetcontentError
        As `require_own` does.
    """
    names = require_own(folder)
    require_folder(folder)
    if not is_trusted(folder):
        for name in {*not_of_others} & names:
            (folder / name).unlink()
        (folder / TAG).write_bytes(_sealed())


def is_trusted(folder: Path) -> bool:
    """Return whether a build of this user made a folder."""
    return hmac.compare_digest(_tag(folder), _sealed())


def _tag(folder: Path) -> bytes:
    try:
        return read_file(folder / TAG, follow=False)
    except OSError:
        return b""


def _sealed() -> bytes:
    return _SAID + f"# {hmac.digest(_key(), _SAID, 'sha256').hex()}\n".encode()


@cache
def _key() -> bytes:
    """Return the key of this user; one for this process alone, where none can be kept."""
    from platformdirs import user_state_path

    path = user_state_path("ketcontent", appauthor=False) / "key"
    with contextlib.suppress(OSError):
        return read_file(path)
    import secrets

    key = secrets.token_bytes(32)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_name(f"key.{secrets.token_hex(8)}")
        staged.touch(0o600)
        staged.write_bytes(key)
        with contextlib.suppress(FileExistsError):  # of two who begin at once, one is first
            os.link(staged, path)
        staged.unlink()
        key = read_file(path)
    return key
