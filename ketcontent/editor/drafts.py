"""The draft file: what was typed and not saved, kept on disk for the next session."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import ClassVar

from ketcontent.atomic import lock, replace_file
from ketcontent.errors import KetcontentError
from ketcontent.places import read_file, require_folder


class Draft:
    """The draft file of one session, and the lock that says that the session lives."""

    _open: ClassVar[dict[tuple[Path, str], Draft]] = {}
    """The sessions of this process, by folder and page."""

    def __init__(self, folder: Path, document: str) -> None:
        self._place = folder / ".drafts"
        self._document = document
        self._name = f"{document}.{secrets.token_hex(4)}"
        self._stack = contextlib.ExitStack()
        self._left: list[tuple[str, contextlib.ExitStack]] = []
        self.held = True
        self.kept = True
        try:
            require_folder(self._place)
            self._stack.enter_context(self._lock(self._name))
        except (OSError, KetcontentError):
            # A folder that cannot be written, or is none: the browser still keeps the words.
            self.kept = False

    @classmethod
    def claimed(cls, folder: Path, document: str) -> Draft:
        """Return a new session's draft; an older session of this process lets go of its own."""
        older = cls._open.pop((folder, document), None)
        if older is not None:
            older.let_go()
        draft = cls(folder, document)
        cls._open[folder, document] = draft
        return draft

    def _lock(self, name: str) -> contextlib.AbstractContextManager[None]:
        return lock(self._place / f"{name}.lock", purpose="editing", timeout=0)

    def let_go(self) -> None:
        """End the session; its draft waits for the next one."""
        self.held = False
        self._stack.close()

    def left_behind(self) -> list[str]:
        """Return the drafts of sessions that are gone, oldest first; hold them until cleared."""
        if not self.kept:
            return []
        paths = sorted(
            self._place.glob(f"{self._document}.*.json"), key=lambda path: path.lstat().st_mtime
        )
        texts = []
        for path in paths:
            stack = contextlib.ExitStack()
            try:
                stack.enter_context(self._lock(path.stem))
                texts.append(read_file(path, follow=False).decode("utf-8", "replace"))
            except (OSError, KetcontentError):  # its session lives, or it is no draft
                stack.close()
                continue
            self._left.append((path.stem, stack))
        return texts

    def clear_left_behind(self) -> None:
        """Delete the drafts that were taken over."""
        for name, stack in self._left:
            (self._place / f"{name}.json").unlink(missing_ok=True)
            stack.close()
            (self._place / f"{name}.lock").unlink(missing_ok=True)
        self._left = []

    def keep(self, text: str) -> None:
        """Keep the text as the draft; none where it is empty."""
        path = self._place / f"{self._name}.json"
        try:
            require_folder(self._place)
            if text:
                replace_file(path, text.encode("utf-8"))
            else:
                path.unlink(missing_ok=True)
            self.kept = True
        except (OSError, KetcontentError):
            self.kept = False
