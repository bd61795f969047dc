"""Gather what no stage could use: structure, values, log lines."""

from pipeline.stage import SqlStage
from schemas import IngestReject, LogReject, Quarantine, ValueReject

STAGE = SqlStage(__name__, reads=(IngestReject, ValueReject, LogReject), writes=Quarantine)
