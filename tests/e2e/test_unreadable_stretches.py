"""Recordings with what cannot be read, or what seemed so: their right values, by the report."""

import csv
from pathlib import Path

import pytest

from tests.command_line import run_program
from tests.data import case
