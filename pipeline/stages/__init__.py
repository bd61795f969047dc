"""The stages of a month, in order."""

from __future__ import annotations

from pipeline.stage import SqlStage, Stage

STAGES: tuple[Stage | SqlStage, ...] = ()
